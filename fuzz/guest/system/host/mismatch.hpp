// A specimen that went differently on the machine than the emulator says, and facts about it from which predicates over
// known differences are made.
#pragma once

#include "core/x86/exception.hpp"
#include "fuzz/guest/system/host/subject.hpp"

namespace umbra::system_guest {

using x86::exception;

/// In which respect.
enum class aspect {
  vector,      ///< which exception or interrupt ended it
  error_code,  ///< the same one
  slot,        ///< a register; `slot` says which
  memory,      ///< a dword at `address`
};

struct mismatch {
  aspect which;
  unsigned slot;
  std::uint32_t address;
  const abilities& machine;
  const specimen& tried;
  const prediction& expected;
  const result& observed;
};

// --- how both ended

bool expects(const mismatch& m, exception e);
bool expects_access_fault(const mismatch& m);
bool sees(const mismatch& m, exception e);
bool sees_access_fault(const mismatch& m);
bool same_place(const mismatch& m);
/// They end at the first instruction, which has not been executed.
bool both_fault(const mismatch& m);
bool same_event(const mismatch& m);

// --- what was executed, and on what

/// The stack segment is one that the specimen has made.
bool has_own_stack(const mismatch& m);
/// Segmentation, or a stack pointer close to the end of canonical addresses, can refuse an access through SS.
bool can_raise_stack_fault(const mismatch& m);
bool checks_alignment(const mismatch& m);
bool is_far_call(const mismatch& m);
bool is_near_call(const mismatch& m);
bool is_far_return(const mismatch& m);
bool is_far_branch(const mismatch& m);
/// SGDT, SIDT, LGDT, LIDT.
bool has_pseudo_descriptor(const mismatch& m);
/// The operand is a selector or a limit, and something beside it.
bool has_operand_of_two(const mismatch& m);
/// A segment register other than those that every specimen has, or one that the instruction has loaded; or code, as an
/// operand is.
bool uses_odd_segment(const mismatch& m);
/// PUSH or POP of ES, CS, SS, DS, FS or GS.
bool moves_segment(const mismatch& m);
bool is_string_port(const mismatch& m);
/// The count of a repeated instruction, of the width that the address size gives it.
std::uint64_t address_count(const mismatch& m);
/// A far branch to conforming code does not change CPL, whatever the DPL. A specimen describes no other such code.
bool names_conforming_code_of_another_level(const specimen& s);
/// Behind what loads the segment register, code reads or writes EDX at [RDI] through ES, CS, SS or DS, by a prefix.
bool goes_on_through_flat_segment(const specimen& s);

// --- how the ends differ

/// Both fault in an access to memory, but in another one, or for another reason: by another exception, or at another
/// address. A selector in an error code says that the operand has been read.
bool other_access_fault(const mismatch& m);
/// The machine executes what should fault, or faults in another access.
bool goes_further(const mismatch& m);
/// The exception that ends it, or what it says.
bool is_about_event(const mismatch& m);
/// The machine has written what the instruction would have, though it faults. The emulator has not.
bool is_written_by_machine(const mismatch& m);
/// It faults for a system descriptor's second half, whose type is not 0; or which lies beyond the limit.
bool has_odd_second_half(const mismatch& m);
/// INS or OUTS repeated, with a count of 0, for which the machine looks at the right to the port.
bool repeats_port_without_items(const mismatch& m);

}  // namespace umbra::system_guest
