// Exits for MOV to and from debug registers (table 28-4).
#pragma once

#include <word/word.hpp>

#include "models/reference/debug_registers.hpp"
#include "models/reference/exits/ends.hpp"

namespace umbra::reference {

inline guest_state with_debug_register(guest_state s, word number, word value) {
  const word meant = debug_register(number), held = debug_register_value(number, value);
  for (unsigned i = 0; i < s.breakpoints.size(); ++i)
    s.breakpoints[i] = select(meant == word{i}, held, s.breakpoints[i]);
  s.dr6 = select(meant == word{6}, held, s.dr6);
  s.dr7 = select(meant == word{7}, held, s.dr7);
  return s;
}

inline word debug_register_of(const guest_state& s, word number) {
  const word meant = debug_register(number);
  word value = select(meant == word{6}, s.dr6, select(meant == word{7}, s.dr7, word{0}));
  for (unsigned i = 0; i < s.breakpoints.size(); ++i)
    value = value | select(meant == word{i}, s.breakpoints[i], word{0});
  return value;
}

/// The exit comes before the faults, all but #UD for the encoding (26.1.3): it is for the hypervisor to find them.
/// Userspace may have asked to be told of such accesses.
inline legal_ends debug_register_ends(const guest_state& s, const exit_information& exit) {
  const word number = exit.qualification & bits(2, 0), general = field(exit.qualification, 8, 4);
  const flag writes = negate(has(exit.qualification, bits(4, 4)));
  const word operand = general_register(s, general);
  const word value = select(s.code64, operand, operand & bits(31, 0));
  const debug_access_fault f = debug_access_faults(
      {.number = number, .write = writes, .value = value, .cpl = s.cpl, .cr4 = s.control.cr4, .dr7 = s.dr7});
  const word faults = when(f.undefined, bit(x86::exception::undefined)) |
                      when(f.protection, bit(x86::exception::protection)) | when(f.debug, bit(x86::exception::debug));
  const guest_state written = with_debug_register(s, number, value);
  const guest_state read = with_general(s, general, debug_register_of(s, number));
  legal_ends e{.retires = faults == word{0}, .effect = read, .faults = faults, .debug_causes = word{x86::dr6::bd}};
  if (writes) e.effect = written;
  e.leaves = word{bit(leave::debug)};
  return e;
}

}  // namespace umbra::reference
