#include "fuzz/guest/system/host/differences.hpp"

#include <algorithm>

#include "core/x86/control.hpp"
#include "core/x86/exception.hpp"
#include "core/x86/flags.hpp"
#include "core/x86/page_fault.hpp"
#include "core/x86/segment.hpp"
#include "fuzz/guest/system/host/reach.hpp"
#include "fuzz/guest/system/shared/assembler.hpp"
#include "fuzz/guest/system/shared/descriptors.hpp"

namespace umbra::system_guest {

namespace {

using x86::exception;

bool expects(const mismatch& m, exception e) {
  return m.expected.how == prediction::end::event && m.expected.what.vector == vector_of(e);
}
bool expects_access_fault(const mismatch& m) {
  return expects(m, exception::page_fault) || expects(m, exception::protection) || expects(m, exception::stack) ||
         expects(m, exception::alignment);
}
bool sees(const mismatch& m, exception e) { return m.observed.vector == vector_of(e); }
bool sees_access_fault(const mismatch& m) {
  return sees(m, exception::page_fault) || sees(m, exception::protection) || sees(m, exception::stack);
}
bool same_place(const mismatch& m) { return m.expected.what.after[SLOT_RIP] == m.observed.after[SLOT_RIP]; }
/// They end at the first instruction, which has not been executed.
bool both_fault(const mismatch& m) { return m.expected.steps == 0 && same_place(m); }
bool same_event(const mismatch& m) {
  return m.expected.how == prediction::end::event && m.expected.what.vector == m.observed.vector;
}

/// The stack segment is one that the specimen has made.
bool has_own_stack(const mismatch& m) {
  const std::uint64_t selector = m.tried.before[SLOT_SS];
  return (selector & x86::selector::local) || selector >= wild_begin;
}
/// Segmentation, or a stack pointer close to the end of canonical addresses, can refuse an access through SS.
bool can_raise_stack_fault(const mismatch& m) {
  if (m.tried.code_bits != 64) return has_own_stack(m);
  constexpr std::uint64_t pushes = 0x40, first_bad = layout::last_page + 0x1000, first_good = layout::high_alias;
  const std::uint64_t top = m.tried.before[SLOT_RSP];
  return bare(m.tried).segment == ss || (top >= first_bad - pushes && top <= first_good + pushes);
}

/// Both fault in an access to memory, but in another one, or for another reason: by another exception, or at another
/// address. A selector in an error code says that the operand has been read.
bool other_access_fault(const mismatch& m) {
  const auto accesses = [](const result& r) { return r.vector == vector_of(exception::page_fault) || r.error == 0; };
  if (!both_fault(m) || !expects_access_fault(m) || !sees_access_fault(m)) return false;
  if (!accesses(m.expected.what) || !accesses(m.observed)) return false;
  if (sees(m, exception::stack) && !can_raise_stack_fault(m)) return false;
  if (!sees(m, exception::page_fault)) return !same_event(m);
  const std::uint64_t address = m.observed.after[SLOT_CR2];
  return may_touch(m.tried, address) && (!same_event(m) || m.expected.what.after[SLOT_CR2] != address);
}
/// The machine executes what should fault, or faults in another access.
bool goes_further(const mismatch& m) { return !both_fault(m) || (sees_access_fault(m) && !same_event(m)); }
/// The exception that ends it, or what it says.
bool is_about_event(const mismatch& m) {
  return m.which == aspect::vector || m.which == aspect::error_code || (m.which == aspect::slot && m.slot == SLOT_CR2);
}
bool checks_alignment(const mismatch& m) {
  return m.tried.cpl == 3 && (m.tried.before[SLOT_CR0] & x86::cr0::am) &&
         (m.tried.before[SLOT_RFLAGS] & x86::rflags::ac);
}
bool is_far_call(const mismatch& m) {
  const bare_code c = bare(m.tried);
  return c.opcode == 0x9a || (c.opcode == 0xff && c.reg == 3);
}
bool is_near_call(const mismatch& m) {
  const bare_code c = bare(m.tried);
  return c.opcode == 0xff && c.reg == 2;
}
bool is_far_return(const mismatch& m) {
  const unsigned opcode = bare(m.tried).opcode;
  return opcode == 0xca || opcode == 0xcb;
}
bool is_far_branch(const mismatch& m) {
  const bare_code c = bare(m.tried);
  return is_far_call(m) || is_far_return(m) || c.opcode == 0xea || (c.opcode == 0xff && c.reg == 5);
}
/// SGDT, SIDT, LGDT, LIDT.
bool has_pseudo_descriptor(const mismatch& m) {
  const bare_code c = bare(m.tried);
  return c.opcode == 0x0f01 && c.memory && c.reg < 4;
}
/// The machine has written what the instruction would have, though it faults. The emulator has not.
bool is_written_by_machine(const mismatch& m) {
  if (m.which != aspect::memory || !both_fault(m) || m.expected.what.memory.contains(m.address)) return false;
  if (has_pseudo_descriptor(m)) return in_operand(m.tried, m.address, 10);
  const unsigned opcode = bare(m.tried).opcode;
  const bool calls = is_far_call(m) || is_near_call(m);
  constexpr unsigned far_return = 16, all_registers = 32, frame_pointers = 40;
  return in_pushed(m.tried, m.address,
                   calls            ? far_return
                   : opcode == 0x60 ? all_registers
                   : opcode == 0xc8 ? frame_pointers
                                    : 0);
}
/// The operand is a selector or a limit, and something beside it.
bool has_operand_of_two(const mismatch& m) {
  const bare_code c = bare(m.tried);
  return has_pseudo_descriptor(m) || (is_far_branch(m) && c.opcode != 0xea) || c.opcode == 0xc4 || c.opcode == 0xc5 ||
         c.opcode == 0x0fb2 || c.opcode == 0x0fb4 || c.opcode == 0x0fb5;
}
/// A segment register other than those that every specimen has, or one that the instruction has loaded; or code, as an
/// operand is.
bool uses_odd_segment(const mismatch& m) {
  const auto odd = [](std::uint64_t selector) {
    return (selector & x86::selector::local) || selector >= wild_begin || selector < 4;
  };
  for (unsigned slot = SLOT_ES; slot <= SLOT_GS; ++slot)
    if (odd(m.tried.before[slot]) || odd(m.expected.what.after[slot])) return true;
  return bare(m.tried).segment == cs;
}
/// PUSH or POP of ES, CS, SS, DS, FS or GS.
bool moves_segment(const mismatch& m) {
  const unsigned opcode = bare(m.tried).opcode;
  return (opcode & ~0x19u) == 0x06 || (opcode & ~9u) == 0x0fa0;
}
bool is_string_port(const mismatch& m) { return (bare(m.tried).opcode & ~3u) == 0x6c; }
std::uint64_t address_count(const mismatch& m) {
  return m.tried.before[SLOT_RCX] & (m.tried.code_bits == 16 ? 0xffff : ~std::uint64_t{0});
}
/// A far branch to conforming code does not change CPL, whatever the DPL. A specimen describes no other such code.
bool names_conforming_code_of_another_level(const specimen& s) {
  using namespace x86::segment_rights;
  constexpr std::uint64_t conforming = code_or_data | code | expand_down;
  const auto is_such = [&s](const poke& p) {
    const std::uint64_t rights = p.value >> 40;
    return p.at >= layout::gdt && p.at < layout::task32 && p.bytes == 8 && (rights & conforming) == conforming &&
           (rights & dpl) >> dpl_at != s.cpl;
  };
  return std::any_of(s.pokes, s.pokes + s.pokes_used, is_such);
}
/// Behind what loads the segment register, code reads or writes EDX at [RDI] through ES, CS, SS or DS, by a prefix.
bool goes_on_through_flat_segment(const specimen& s) {
  for (unsigned i = 0; i + 2 < s.code_length; ++i)
    if ((s.code[i] & 0xe7) == 0x26 && (s.code[i + 1] == 0x8b || s.code[i + 1] == 0x89) && s.code[i + 2] == 0x17)
      return true;
  return false;
}
/// It faults for a system descriptor's second half, whose type is not 0; or which lies beyond the limit.
bool has_odd_second_half(const mismatch& m) {
  const std::uint32_t selector = m.expected.what.error;
  if (!m.tried.long_mode() || !expects(m, exception::protection) || selector == 0) return false;
  if (both_fault(m) && !sees(m, exception::not_present)) return false;
  return (m.tried.own_descriptor(selector + 8) >> 40 & 0x1f) != 0 || selector + 16 > m.tried.before[SLOT_GDT_LIMIT];
}

constexpr difference repeated_port_without_items{
    "REP INS and OUTS with a count of 0 look at the right to a port",
    "SDM 2B \"REP\": with a count of 0 the instruction is not executed, so that nothing of it can fault",
    [](const mismatch& m) {
      return is_string_port(m) && bare(m.tried).repeated && address_count(m) == 0 && m.expected.steps != 0 &&
             sees(m, exception::protection);
    }};

constexpr difference of_bochs[] = {
    {"the parts of an operand in another order",
     "SDM 3A 6.9: exceptions of one class have no fixed order; Bochs reads selectors and bases before what lies below "
     "them",
     [](const mismatch& m) { return has_operand_of_two(m) && other_access_fault(m) && is_about_event(m); }},
    {"#AC before the other faults of an access",
     "SDM 3A 6.9, table 6-2: #AC, #PF, #GP and #SS are of one class, whose order is the implementation's",
     [](const mismatch& m) {
       return checks_alignment(m) && same_place(m) && expects_access_fault(m) && sees(m, exception::alignment) &&
              !same_event(m) && is_about_event(m);
     }},
    {"alignment of each part of a pseudo-descriptor",
     "SDM 3A table 6-7: contents of GDTR and IDTR are to be aligned to 4 bytes; Bochs looks at limit and base",
     [](const mismatch& m) {
       return has_pseudo_descriptor(m) && checks_alignment(m) &&
              (sees(m, exception::alignment) ? !same_event(m) : expects(m, exception::alignment) && goes_further(m));
     }},
    {"memory written before the fault",
     "SDM 3A 6.5: a fault leaves the state as it was before the instruction; Bochs does not take back what it wrote",
     [](const mismatch& m) { return is_written_by_machine(m) && same_event(m); }},
    {"CALL pushes before it looks at its target",
     "SDM 2A \"CALL\": #GP of the target comes before the pushes; in Bochs it comes after",
     [](const mismatch& m) {
       return (is_far_call(m) || is_near_call(m)) && both_fault(m) && expects(m, exception::protection) &&
              (sees(m, exception::page_fault) || (sees(m, exception::stack) && can_raise_stack_fault(m))) &&
              (is_about_event(m) || is_written_by_machine(m));
     }},
    {"far CALL of a conforming segment pushes with that segment's level",
     "SDM 2A \"CALL\": the level does not change, and with it the rights to pages; Bochs pushes with the DPL",
     [](const mismatch& m) {
       return is_far_call(m) && m.tried.cpl == 3 && m.tried.paging != paging_kind::off &&
              names_conforming_code_of_another_level(m.tried) &&
              (expects(m, exception::page_fault) || sees(m, exception::page_fault));
     }},
    {"PUSH and POP of a segment register touch 2 bytes",
     "SDM 2B \"PUSH\": processors may move 16 bits only, so that of alignment they ask less",
     [](const mismatch& m) { return moves_segment(m) && checks_alignment(m) && expects(m, exception::alignment); }},
    {"far CALL pushes unaligned words without #AC",
     "SDM 3A table 6-7: whatever CPL 3 pushes must be aligned; in IA-32e mode Bochs pushes for far CALL unchecked",
     [](const mismatch& m) {
       return is_far_call(m) && m.tried.long_mode() && checks_alignment(m) && expects(m, exception::alignment) &&
              goes_further(m);
     }},
    {"far CALL of compatibility mode ignores the base of SS",
     "SDM 3A 2.2.1: in compatibility mode segmentation works as in protected mode; Bochs pushes at RSP itself",
     [](const mismatch& m) {
       return is_far_call(m) && m.tried.long_mode() && m.tried.code_bits != 64 && has_own_stack(m);
     }},
    {"far branch from 64-bit code drops the upper half of an offset",
     "SDM 2A \"JMP\", \"RET\": #GP(0) if the offset is outside the limit of a target in compatibility mode",
     [](const mismatch& m) {
       return is_far_branch(m) && bare(m.tried).wide && expects(m, exception::protection) &&
              m.observed.after[SLOT_CS] != m.tried.before[SLOT_CS] && m.observed.after[SLOT_RIP] >> 32 == 0;
     }},
    {"LLDT and LTR of compatibility mode read 8 bytes",
     "SDM 3A 3.5.2: in IA-32e mode, descriptors of LDT and TSS have 16 bytes; Bochs takes that to be 64-bit mode",
     [](const mismatch& m) {
       const bare_code c = bare(m.tried);
       return c.opcode == 0x0f00 && (c.reg == 2 || c.reg == 3) && m.tried.code_bits != 64 && has_odd_second_half(m);
     }},
    {"LEAVE of 16 bits in 64-bit mode", "SDM 2A \"LEAVE\": with operands of 16 bits it pops BP; Bochs 2.7 pops RBP",
     [](const mismatch& m) {
       const bare_code c = bare(m.tried);
       return c.opcode == 0xc9 && c.operand_size && m.tried.code_bits == 64;
     }},
    {"ENTER asks for alignment of its last stack pointer",
     "SDM 2A \"ENTER\": what is probed there is whether a write would fault by #PF or #SS; nothing is referenced",
     [](const mismatch& m) {
       return bare(m.tried).opcode == 0xc8 && checks_alignment(m) && sees(m, exception::alignment);
     }},
    repeated_port_without_items,
};

constexpr difference of_qemu[] = {
    {"limits and rights of segments are not looked at",
     "SDM 3A 5.3, 5.5: #GP or #SS for an access beyond the limit, or against the type; QEMU 7.2 knows base addresses "
     "only",
     [](const mismatch& m) {
       return m.tried.code_bits != 64 && uses_odd_segment(m) && m.expected.what.error == 0 &&
              (expects(m, exception::protection) || expects(m, exception::stack)) &&
              (!same_event(m) || m.which == aspect::error_code) &&
              !(both_fault(m) && m.observed.error == 0 &&
                (sees(m, exception::protection) || sees(m, exception::stack)));
     }},
    {"#AC is never raised",
     "SDM 3A 6.15, \"Interrupt 17\": with CR0.AM and EFLAGS.AC unaligned accesses at CPL 3 fault; QEMU 7.2 ignores "
     "both",
     [](const mismatch& m) { return checks_alignment(m) && expects(m, exception::alignment); }},
    {"W left out of the error code of what reads before it writes",
     "SDM 3A 4.7: the access that faults is the write; QEMU 7.2 tries a read first",
     [](const mismatch& m) {
       return (m.which == aspect::error_code || (m.which == aspect::slot && m.slot == SLOT_CR2)) &&
              m.tried.what == family::access && expects(m, exception::page_fault) && sees(m, exception::page_fault) &&
              (m.expected.what.error & x86::page_fault::write) && !(m.observed.error & x86::page_fault::write);
     }},
    {"no single-step trap after STI and LSS",
     "SDM 3A 6.8.3, 2B \"STI\": MOV and POP to SS suppress debug exceptions, STI delays interrupts only, LSS nothing",
     [](const mismatch& m) {
       const unsigned opcode = bare(m.tried).opcode;
       return (opcode == 0xfb || opcode == 0x0fb2) && (m.tried.before[SLOT_RFLAGS] & x86::rflags::tf) &&
              expects(m, exception::debug) && m.expected.steps == 1;
     }},
    {"INT1 is undefined", "SDM 2A \"INT n/INTO/INT3/INT1\": F1 raises #DB; QEMU 7.2 does not have it",
     [](const mismatch& m) { return bare(m.tried).opcode == 0xf1 && sees(m, exception::undefined); }},
    {"LOCK where it must not be",
     "SDM 2A \"LOCK\": #UD, which comes before other faults; QEMU 7.2 looks at some instructions, and late",
     [](const mismatch& m) {
       return bare(m.tried).lock && expects(m, exception::undefined) && !sees(m, exception::undefined);
     }},
    {"privilege before what does not exist",
     "SDM 3A 6.9, table 6-2: #UD for registers that do not exist comes before #GP; in QEMU 7.2 it comes after",
     [](const mismatch& m) {
       const unsigned opcode = bare(m.tried).opcode;
       return opcode >= 0x0f20 && opcode <= 0x0f23 && m.tried.cpl != 0 && expects(m, exception::undefined) &&
              sees(m, exception::protection);
     }},
    {"control registers take reserved bits, and what goes not together",
     "SDM 3A 2.5, 2B \"MOV-Move to/from Control Registers\": #GP(0); QEMU 7.2 checks nothing",
     [](const mismatch& m) {
       return bare(m.tried).opcode == 0x0f22 && m.tried.cpl == 0 && expects(m, exception::protection) &&
              !sees(m, exception::protection);
     }},
    {"DR6 and DR7 keep reserved bits", "SDM 3A 18.2.3, 18.2.4: bit 12 of DR6, and bits 11, 12, 14 and 15 of DR7 are 0",
     [](const mismatch& m) {
       return bare(m.tried).opcode == 0x0f23 && m.which == aspect::slot && (m.slot == SLOT_DR6 || m.slot == SLOT_DR7);
     }},
    {"far branches do not mark code segments as accessed",
     "SDM 3A 3.4.5.1: the processor sets A whenever it loads a segment register; QEMU 7.2 does not for CS",
     [](const mismatch& m) {
       return m.which == aspect::memory && is_far_branch(m) && in_descriptors(m.address) && same_event(m);
     }},
    {"LLDT and LTR ignore the type in the second half of a descriptor",
     "SDM 3A 7.2.3, figure 7-4: the type there must be 0, else #GP(selector)",
     [](const mismatch& m) {
       const bare_code c = bare(m.tried);
       return c.opcode == 0x0f00 && (c.reg == 2 || c.reg == 3) && has_odd_second_half(m);
     }},
    {"LTR takes a task of 16 bits in IA-32e mode", "SDM 3A 3.5, table 3-2: its types are reserved there; #GP(selector)",
     [](const mismatch& m) {
       const bare_code c = bare(m.tried);
       constexpr unsigned available_task16 = 1;
       const auto type = static_cast<unsigned>(m.tried.own_descriptor(m.expected.what.error) >> 40 & 0x1f);
       return c.opcode == 0x0f00 && c.reg == 3 && m.tried.long_mode() && expects(m, exception::protection) &&
              type == available_task16 && (!both_fault(m) || sees(m, exception::not_present));
     }},
    {"a far target outside its segment is reported with a selector",
     "SDM 2A \"JMP\", \"CALL\": #GP(0) if the offset is outside the limit",
     [](const mismatch& m) {
       return m.which == aspect::error_code && is_far_branch(m) && same_event(m) && expects(m, exception::protection) &&
              m.expected.what.error == 0;
     }},
    {"far branches to an offset outside of the segment",
     "SDM 2A \"JMP\", \"CALL\", \"RET\": #GP(0); QEMU 7.2 checks some forms only",
     [](const mismatch& m) {
       return is_far_branch(m) && expects(m, exception::protection) && m.expected.what.error == 0 &&
              m.observed.after[SLOT_CS] != m.tried.before[SLOT_CS];
     }},
    {"code segments of 32 and 64 bits",
     "SDM 3A 5.2.1: in IA-32e mode L and D must not both be set; QEMU 7.2 does not mind",
     [](const mismatch& m) {
       return is_far_branch(m) && m.tried.long_mode() && expects(m, exception::protection) &&
              m.expected.what.error != 0 &&
              (m.observed.after[SLOT_CS] != m.tried.before[SLOT_CS] || sees(m, exception::not_present));
     }},
    {"memory written before the fault",
     "SDM 3A 6.5: a fault leaves the state as it was before the instruction; QEMU 7.2 does not take back what it wrote",
     [](const mismatch& m) { return is_written_by_machine(m) && same_event(m) && !is_near_call(m); }},
    {"the parts of an operand in another order",
     "SDM 3A 6.9: exceptions of one class have no fixed order; QEMU 7.2 starts CMPS with the other operand, and PUSHA "
     "and "
     "POPA at the other end",
     [](const mismatch& m) {
       const unsigned opcode = bare(m.tried).opcode;
       return (opcode == 0xa6 || opcode == 0xa7 || opcode == 0x60 || opcode == 0x61 || is_far_branch(m)) &&
              other_access_fault(m) && is_about_event(m);
     }},
    {"far CALL looks at the limit of 64-bit code", "SDM 3A 5.3.1: in 64-bit mode there are no limits for code and data",
     [](const mismatch& m) {
       return is_far_call(m) && m.tried.long_mode() && m.expected.steps != 0 && sees(m, exception::protection) &&
              m.observed.error != 0;
     }},
    {"far CALL and RET use the stack as CPL 0 would",
     "SDM 3A 4.6.1: accesses are user-mode accesses at CPL 3 unless they are implicit, and these are not",
     [](const mismatch& m) {
       return (is_far_call(m) || is_far_return(m)) && m.tried.cpl == 3 && m.tried.paging != paging_kind::off &&
              (expects(m, exception::page_fault) || sees(m, exception::page_fault));
     }},
    {"#GP for a stack that is not canonical", "SDM 1 3.3.7.1: #SS; QEMU 7.2 raises #GP",
     [](const mismatch& m) {
       return m.tried.code_bits == 64 && expects(m, exception::stack) && sees(m, exception::protection);
     }},
    {"near branches to where no address is canonical",
     "SDM 2A \"CALL\", \"JMP\", \"RET\": #GP(0) of the branch; QEMU 7.2 faults when it fetches there",
     [](const mismatch& m) {
       const bare_code c = bare(m.tried);
       const bool branches = (c.opcode == 0xff && (c.reg == 2 || c.reg == 4)) || (c.opcode & ~1u) == 0xc2;
       return branches && m.tried.code_bits == 64 && expects(m, exception::protection) &&
              m.observed.after[SLOT_RIP] != m.tried.before[SLOT_RIP];
     }},
    {"an operand across the end of canonical addresses",
     "SDM 1 3.3.7.1, 3A 6.9: #GP or #SS is due, and the order within a class free; QEMU 7.2 first tries the canonical "
     "part",
     [](const mismatch& m) {
       return m.tried.code_bits == 64 && (expects(m, exception::protection) || expects(m, exception::stack)) &&
              sees(m, exception::page_fault) && m.observed.after[SLOT_CR2] >> 12 == layout::last_page >> 12;
     }},
    {"SS takes a null selector of any RPL",
     "SDM 2B \"MOV\": in 64-bit mode below CPL 3, and with an RPL that is the CPL, else #GP(0)",
     [](const mismatch& m) {
       return m.tried.code_bits == 64 && m.tried.what == family::segment && m.tried.cpl < 3 &&
              expects(m, exception::protection) && m.expected.what.error == 0 && m.observed.after[SLOT_SS] < 4;
     }},
    {"POPA loads registers before it faults", "SDM 3A 6.5: a fault leaves the state as it was before the instruction",
     [](const mismatch& m) {
       return bare(m.tried).opcode == 0x61 && m.which == aspect::slot && m.slot <= SLOT_RDI && same_event(m) &&
              both_fault(m);
     }},
    {"no far pointers of 80 bits",
     "SDM 2A \"LDS/LES/LFS/LGS/LSS\": REX.W gives them an offset of 64 bits; in QEMU 7.2, as on AMD's processors, it "
     "does not",
     [](const mismatch& m) {
       const bare_code c = bare(m.tried);
       return c.wide && (c.opcode == 0x0fb2 || c.opcode == 0x0fb4 || c.opcode == 0x0fb5);
     }},
    {"ENTER does not try its last stack pointer", "SDM 2A \"ENTER\": #PF or #SS if a write there would fault",
     [](const mismatch& m) {
       return bare(m.tried).opcode == 0xc8 && expects_access_fault(m) && m.observed.vector == 3;
     }},
    {"bases of ES, CS, SS and DS in 64-bit mode",
     "SDM 3A 3.4.4: they are treated as 0; QEMU 7.2 adds them where a prefix names the segment",
     [](const mismatch& m) {
       const bool follows = is_about_event(m) || m.which == aspect::memory || m.slot == SLOT_RIP || m.slot == SLOT_RDX;
       return m.tried.code_bits == 64 && m.tried.what == family::segment && m.expected.steps != 0 && follows &&
              goes_on_through_flat_segment(m.tried);
     }},
    repeated_port_without_items,
};

}  // namespace

std::span<const difference> known_differences(opguest::engine_kind of) {
  if (of == opguest::engine_kind::bochs) return of_bochs;
  return of_qemu;
}

}  // namespace umbra::system_guest
