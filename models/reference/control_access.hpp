// The instructions that read and write control registers besides MOV to CR0, CR3 and CR4: LMSW, CLTS, SMSW, MOV to and
// from the others; and what VMX makes of them (26.1.3, 26.3). control_registers.hpp says what a write then does.
#pragma once

#include <word/word.hpp>

#include "models/reference/control_registers.hpp"

namespace umbra::reference {

/// A control register whose bits guest and host share: bits in `mask` are the host's, and read as `shadow` has them
/// (25.6.6).
struct shared_register {
  word value{};
  word mask{};
  word shadow{};
};

/// What MOV from the register reads, and SMSW the low half of (26.3).
inline word read_shared(const shared_register& r) { return (r.value & ~r.mask) | (r.shadow & r.mask); }

/// What LMSW makes of CR0 (volume 2, LMSW): bits 3:1 come from the operand, PE can be set but not cleared.
inline word lmsw_value(word cr0, word operand) { return (cr0 & ~bits(3, 1)) | (operand & bits(3, 0)); }

/// What CLTS makes of CR0.
inline word clts_value(word cr0) { return cr0 & ~x86::cr0::ts; }

/// 26.1.3: MOV to CR0 or CR4 exits if it would give a bit of the host another value than the guest sees.
inline flag mov_exits(const shared_register& r, word value) { return has((value ^ r.shadow) & r.mask, bits(63, 0)); }

/// 26.1.3: LMSW exits as MOV does for bits 3:1, and for PE if it would set it.
inline flag lmsw_exits(const shared_register& cr0, word operand) {
  const word seen = (cr0.shadow ^ operand) & cr0.mask;
  return either(has(seen, bits(3, 1)), both(has(seen, x86::cr0::pe), has(operand, x86::cr0::pe)));
}

/// 26.1.3: CLTS exits if the host owns TS and the guest sees it set.
inline flag clts_exits(const shared_register& cr0) { return has(cr0.mask & cr0.shadow, x86::cr0::ts); }

/// 26.3: what the register holds after a MOV that does not exit: the bits of the host stay.
inline word written_shared(const shared_register& r, word value) { return (r.value & r.mask) | (value & ~r.mask); }

/// 26.3: likewise after LMSW; it does not clear PE, whoever owns it.
inline word lmsw_shared(const shared_register& cr0, word operand) {
  const word chosen = lmsw_value(cr0.value, operand);
  return (cr0.value & cr0.mask) | (chosen & ~cr0.mask);
}

/// 26.3: likewise after CLTS.
inline word clts_shared(const shared_register& cr0) { return cr0.value & ~(word{x86::cr0::ts} & ~cr0.mask); }

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

/// How MOV to or from a control register, LMSW and CLTS end before they reach the register: #UD for one that is not
/// there, then #GP(0) unless CPL is 0. Both have priority over a VM exit (26.1.1).
struct access_fault {
  flag undefined = flag(false);
  flag protection = flag(false);
};
inline access_fault control_register_fault(word number, word cpl, flag code64) {
  const flag undefined = negate(has_control_register(number, code64));
  return {.undefined = undefined, .protection = both(negate(undefined), cpl != word{0})};
}

}  // namespace umbra::reference
