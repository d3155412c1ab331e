// The instructions that write control registers besides MOV to CR0, CR3 and CR4: LMSW, CLTS, MOV to the others.
// control_registers.hpp says what a write then does.
#pragma once

#include <word/word.hpp>

#include "models/reference/control_registers.hpp"

namespace umbra::reference {

/// What LMSW makes of CR0 (volume 2, LMSW): bits 3:1 come from the operand, PE can be set but not cleared.
inline word lmsw_value(word cr0, word operand) { return (cr0 & ~bits(3, 1)) | (operand & bits(3, 0)); }

/// What CLTS makes of CR0.
inline word clts_value(word cr0) { return cr0 & ~x86::cr0::ts; }

/// What the code that writes CR0 runs from.
struct code_context {
  flag long_code = flag(false);  ///< CS.L
  flag tss16 = flag(false);      ///< TR holds a 16-bit TSS
};

/// #GP for a MOV to CR0 that enters IA-32e mode with CS.L = 1 or a 16-bit TSS (10.8.5), or leaves it from 64-bit mode
/// (10.8.5.4; volume 2, MOV to control registers).
inline flag refuses_mode_switch(const registers& r, word value, const code_context& c) {
  const flag enters = both(sets(r.cr0, value, x86::cr0::pg), has(r.efer, x86::efer::lme));
  const flag leaves = both(both(paging(r), negate(has(value, x86::cr0::pg))), both(ia32e_active(r), c.long_code));
  return either(both(enters, either(c.long_code, c.tss16)), leaves);
}

/// MOV to CR8 raises #GP for bits 63:4 (10.8.6).
inline flag refuses_cr8(word value) { return has(value, bits(63, 4)); }
/// CR8 is bits 7:4 of the APIC's task priority; a write clears bits 3:0 (10.8.6).
inline word task_priority(word cr8) { return cr8 << 4; }

/// There are CR0, CR2, CR3 and CR4, and in 64-bit mode CR8; any other number is #UD (volume 2).
inline flag has_control_register(word number, flag code64) {
  const flag old = either(either(number == word{0}, number == word{2}), either(number == word{3}, number == word{4}));
  return either(old, both(number == word{8}, code64));
}

}  // namespace umbra::reference
