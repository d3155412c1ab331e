// RDMSR and WRMSR at CPL 0: which raise #GP (volume 2, RDMSR and WRMSR; volume 4, table 2-2), for the MSRs that the
// model knows. A register that it does not know is one that the processor does not have.
#pragma once

#include <word/word.hpp>

#include "core/x86/msr.hpp"
#include "models/reference/canonical.hpp"
#include "models/reference/control_registers.hpp"
#include "models/reference/memory_types.hpp"

namespace umbra::reference {

/// What decides about an access: the features, and the registers that a new value has to agree with.
struct msr_state {
  x86::features cpuid{};
  word cr0{};
  word efer{};
  word apic_base{x86::apic_base::enable};
  word debugctl_bits{};  ///< those of IA32_DEBUGCTL that are not reserved
  unsigned variable_mtrrs = 8;
  flag rdtscp = flag(false);  ///< IA32_TSC_AUX exists
  flag x2apic = flag(false);  ///< the local APIC has x2APIC mode
};

inline flag is(word index, x86::msr which) { return index == word{static_cast<std::uint32_t>(which)}; }
inline flag between(word index, x86::msr first, x86::msr last) {
  return both(index >= word{static_cast<std::uint32_t>(first)}, index <= word{static_cast<std::uint32_t>(last)});
}

/// Those that only exist together with Intel 64.
inline flag is_long_mode_msr(word index) {
  using enum x86::msr;
  return either(between(index, star, syscall_mask), between(index, fs_base, kernel_gs_base));
}

/// Those that hold a linear address: canonical, or WRMSR raises #GP (volume 2, WRMSR).
inline flag holds_address(word index) {
  using enum x86::msr;
  return either(either(is(index, lstar), is(index, cstar)),
                either(between(index, sysenter_esp, sysenter_eip), between(index, fs_base, kernel_gs_base)));
}

inline flag is_mtrr_range(word index, const msr_state& s) {
  const std::uint32_t first = static_cast<std::uint32_t>(x86::msr::mtrr_base0);
  return both(index >= word{first}, index < word{first + 2 * s.variable_mtrrs});
}
inline flag is_fixed_mtrr(word index) {
  using enum x86::msr;
  return either(is(index, mtrr_fix_64k), either(between(index, mtrr_fix_16k_80000, mtrr_fix_16k_a0000),
                                                between(index, mtrr_fix_4k_c0000, mtrr_fix_4k_f8000)));
}

/// Whether the model's processor has the register.
inline flag exists(word index, const msr_state& s) {
  using enum x86::msr;
  const flag plain = either(
      either(either(is(index, tsc), is(index, apic_base)), either(is(index, platform_id), is(index, misc_enable))),
      either(either(is(index, microcode_update), is(index, microcode_revision)),
             either(between(index, sysenter_cs, sysenter_eip), is(index, debugctl))));
  const flag ranges = either(either(is(index, mtrr_capability), is(index, mtrr_default)),
                             either(is_mtrr_range(index, s), is_fixed_mtrr(index)));
  const flag extended = either(both(either(s.cpuid.long_mode, s.cpuid.nx), is(index, x86::msr::efer)),
                               both(s.cpuid.long_mode, is_long_mode_msr(index)));
  const flag checked = both(s.cpuid.machine_check, between(index, machine_check_capability, machine_check_status));
  return either(either(plain, either(checked, is(index, pat))),
                either(ranges, either(extended, both(s.rdtscp, is(index, tsc_aux)))));
}

/// RDMSR of IA32_BIOS_UPDT_TRIG, which is write-only, or of what does not exist.
inline flag rdmsr_faults(word index, const msr_state& s) {
  return either(negate(exists(index, s)), is(index, x86::msr::microcode_update));
}

/// IA32_EFER (2.2.1, 4.1.2): no reserved bit, and LME does not change while paging is on. LMA is read-only, and
/// ignored.
inline flag refuses_efer(word value, const msr_state& s) {
  const registers r{.cr0 = s.cr0, .efer = s.efer, .cpuid = s.cpuid};
  return either((value & ~allowed_efer(r)) != word{0}, both(paging(r), changes(s.efer, value, x86::efer::lme)));
}

/// IA32_APIC_BASE (10.4.4, 10.12.1, 10.12.5): bits 7:0, 9 and those beyond the width are reserved, EXTD too without
/// x2APIC. EXTD needs EN; x2APIC mode is left only by disabling the APIC, and not entered from there in one step.
inline flag refuses_apic_base(word value, const msr_state& s) {
  using namespace x86::apic_base;
  const flag reserved = has(value, bits(7, 0) | bits(9, 9) | bits(63, s.cpuid.maxphyaddr));
  const flag extended = has(value, x2apic), was_extended = has(s.apic_base, x2apic);
  const flag on = has(value, enable), was_on = has(s.apic_base, enable);
  const flag invalid = both(extended, negate(both(on, s.x2apic)));
  const flag enters_from_off = both(both(on, extended), negate(was_on));
  const flag leaves_to_xapic = both(both(on, negate(extended)), both(was_on, was_extended));
  return either(either(reserved, invalid), either(enters_from_off, leaves_to_xapic));
}

/// IA32_MTRR_DEF_TYPE (11.11.2.1): a memory type, FE and E.
inline flag refuses_mtrr_default(word value) {
  return either(has(value, bits(9, 8) | bits(63, 12)), negate(are_mtrr_types(value & bits(7, 0))));
}

/// A variable range (11.11.2.3): a type and a base, then V and a mask.
inline flag refuses_mtrr_range(word index, word value, const msr_state& s) {
  const flag beyond = has(value, bits(63, s.cpuid.maxphyaddr));
  const flag base = either(has(value, bits(11, 8)), negate(are_mtrr_types(value & bits(7, 0))));
  return either(beyond, select(has(index, 1), has(value, bits(10, 0)), base));
}

/// Registers that only RDMSR knows.
inline flag is_read_only(word index) {
  using enum x86::msr;
  return either(either(is(index, platform_id), is(index, machine_check_capability)), is(index, mtrr_capability));
}

/// A write that raises #GP on every processor.
inline flag wrmsr_faults(word index, word value, const msr_state& s) {
  using enum x86::msr;
  const flag control = either(either(both(is(index, x86::msr::efer), refuses_efer(value, s)),
                                     both(is(index, x86::msr::apic_base), refuses_apic_base(value, s))),
                              both(is(index, debugctl), (value & ~s.debugctl_bits) != word{0}));
  const flag types = either(either(both(is(index, pat), negate(are_pat_types(value))),
                                   both(is(index, mtrr_default), refuses_mtrr_default(value))),
                            either(both(is_mtrr_range(index, s), refuses_mtrr_range(index, value, s)),
                                   both(is_fixed_mtrr(index), negate(are_mtrr_types(value)))));
  const flag address = both(holds_address(index), negate(canonical(value)));
  const flag wide = both(is(index, tsc_aux), has(value, bits(63, 32)));
  return either(either(negate(exists(index, s)), is_read_only(index)),
                either(either(control, types), either(address, wide)));
}

/// A write that some processors refuse, and the SDM does not decide: bits of IA32_MISC_ENABLE, which table 2-2 gives by
/// model; bits 63:32 of IA32_FMASK (5.8.8, figure 5-14: reserved); a signature other than 0 (9.11.7.1); reserved bits
/// of IA32_MCG_STATUS (16.3.1.2).
inline flag wrmsr_may_fault(word index, word value, const msr_state&) {
  using enum x86::msr;
  const flag status = both(is(index, machine_check_status), has(value, bits(63, 3)));
  return either(either(is(index, misc_enable), status), either(both(is(index, syscall_mask), has(value, bits(63, 32))),
                                                               both(is(index, microcode_revision), value != word{0})));
}

/// What RDMSR gives after an accepted write: LMA is the processor's, 32 bits count of SYSENTER_CS (5.8.7.1) and of
/// IA32_FMASK.
inline word msr_after_write(word index, word value, const msr_state& s) {
  using enum x86::msr;
  const word efer_value = (value & ~word{x86::efer::lma}) | (s.efer & word{x86::efer::lma});
  const flag narrow = either(is(index, sysenter_cs), is(index, syscall_mask));
  return select(is(index, x86::msr::efer), efer_value, select<word>(narrow, value & bits(31, 0), value));
}

}  // namespace umbra::reference
