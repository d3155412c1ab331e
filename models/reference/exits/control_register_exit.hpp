// Exits for MOV to and from control registers, CLTS and LMSW (table 28-3).
#pragma once

#include <word/word.hpp>

#include "models/reference/control_access.hpp"
#include "models/reference/exits/ends.hpp"

namespace umbra::reference {

struct control_access {
  word number, kind, general, source;
  explicit control_access(word qualification)
      : number(field(qualification, 0, 4)),
        kind(field(qualification, 4, 2)),
        general(field(qualification, 8, 4)),
        source(field(qualification, 16, 16)) {}
};
namespace control_access_kind {
constexpr std::uint64_t mov_to = 0, mov_from = 1, clts = 2, lmsw = 3;
}

inline legal_ends faults_with(x86::exception e) { return {.faults = word{bit(e)}}; }

/// MOV to CR0, CR3 or CR4, CLTS or LMSW: #GP(0), or the registers as the rules for the write leave them.
template <class Write>
legal_ends after_write(const guest_state& s, flag refused, Write write) {
  guest_state effect = s;
  const cr_effect e = write(effect.control);
  if (either(refused, e.faults)) return faults_with(x86::exception::protection);
  return {.retires = flag(true), .effect = effect};
}

template <guest_memory Memory>
legal_ends writes_cr0(const guest_state& s, word value, const Memory& memory) {
  const flag refused = refuses_mode_switch(s.control, value, {.long_code = s.code64, .tss16 = s.tss16});
  return after_write(s, refused, [&](registers& r) { return write_cr0(r, value, memory); });
}

/// MOV to a control register. A lowered task priority is userspace's business, since it has the interrupt controller.
template <guest_memory Memory>
legal_ends mov_to_control_register(const guest_state& s, word number, word value, const Memory& memory) {
  if (number == word{0}) return writes_cr0(s, value, memory);
  if (number == word{3}) return after_write(s, flag(false), [&](registers& r) { return write_cr3(r, value, memory); });
  if (number == word{4}) return after_write(s, flag(false), [&](registers& r) { return write_cr4(r, value, memory); });
  guest_state effect = s;
  if (number == word{2}) {
    effect.cr2 = value;
    return {.retires = flag(true), .effect = effect};
  }
  if (refuses_cr8(value)) return faults_with(x86::exception::protection);
  effect.cr8 = value;
  return {.retires = flag(true), .effect = effect, .leaves = word{bit(leave::set_tpr)}};
}

inline word control_register_value(const guest_state& s, word number) {
  const word low = select(number == word{0}, s.control.cr0, s.cr2);
  const word high = select(number == word{3}, s.control.cr3, select(number == word{4}, s.control.cr4, s.cr8));
  return select(number <= word{2}, low, high);
}

/// Hardware exits only for registers that exist, at CPL 0 (26.1.1).
template <guest_memory Memory>
legal_ends control_register_ends(const guest_state& s, const exit_information& exit, const Memory& memory) {
  namespace kind = control_access_kind;
  const control_access a(exit.qualification);
  const word operand = general_register(s, a.general);
  const word value = select(s.code64, operand, operand & bits(31, 0));
  if (a.kind == word{kind::clts}) return writes_cr0(s, clts_value(s.control.cr0), memory);
  if (a.kind == word{kind::lmsw}) return writes_cr0(s, lmsw_value(s.control.cr0, a.source), memory);
  if (negate(has_control_register(a.number, s.code64))) return faults_with(x86::exception::undefined);
  if (a.kind == word{kind::mov_to}) return mov_to_control_register(s, a.number, value, memory);
  return {.retires = flag(true), .effect = with_general(s, a.general, control_register_value(s, a.number))};
}

}  // namespace umbra::reference
