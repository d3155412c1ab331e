// Model-specific registers by number (SDM volume 4, table 2-2; the capability MSRs of VMX in volume 3, appendix A).
#pragma once

#include <cstdint>

namespace umbra::x86 {

enum class msr : std::uint32_t {
  tsc = 0x10,
  platform_id = 0x17,
  apic_base = 0x1b,
  feature_control = 0x3a,
  microcode_update = 0x79,
  microcode_revision = 0x8b,
  smm_monitor_control = 0x9b,
  mtrr_capability = 0xfe,
  sysenter_cs = 0x174,
  sysenter_esp = 0x175,
  sysenter_eip = 0x176,
  machine_check_capability = 0x179,
  machine_check_status = 0x17a,
  misc_enable = 0x1a0,
  debugctl = 0x1d9,
  mtrr_base0 = 0x200,  ///< base and mask alternate from here on, a pair for each variable range
  mtrr_fix_64k = 0x250,
  mtrr_fix_16k_80000 = 0x258,
  mtrr_fix_16k_a0000 = 0x259,
  mtrr_fix_4k_c0000 = 0x268,  ///< and seven more, 32 KiB apart
  mtrr_fix_4k_f8000 = 0x26f,
  pat = 0x277,
  mtrr_default = 0x2ff,
  vmx_basic = 0x480,
  vmx_pin_controls = 0x481,
  vmx_processor_controls = 0x482,
  vmx_exit_controls = 0x483,
  vmx_entry_controls = 0x484,
  vmx_misc = 0x485,
  vmx_cr0_fixed0 = 0x486,
  vmx_cr0_fixed1 = 0x487,
  vmx_cr4_fixed0 = 0x488,
  vmx_cr4_fixed1 = 0x489,
  vmx_secondary_controls = 0x48b,
  vmx_ept_vpid = 0x48c,
  vmx_true_pin_controls = 0x48d,
  vmx_true_processor_controls = 0x48e,
  vmx_true_exit_controls = 0x48f,
  vmx_true_entry_controls = 0x490,
  efer = 0xc000'0080,
  star = 0xc000'0081,
  lstar = 0xc000'0082,
  cstar = 0xc000'0083,
  syscall_mask = 0xc000'0084,
  fs_base = 0xc000'0100,
  gs_base = 0xc000'0101,
  kernel_gs_base = 0xc000'0102,
  tsc_aux = 0xc000'0103,
};

namespace apic_base {
constexpr std::uint64_t bootstrap = 1u << 8, x2apic = 1u << 10, enable = 1u << 11;
}

namespace misc_enable {
constexpr std::uint64_t fast_strings = 1u << 0, no_branch_trace = 1u << 11, no_event_sampling = 1u << 12;
}

namespace machine_check_status {
constexpr std::uint64_t defined = 7;  ///< RIPV, EIPV, MCIP
}

/// SDM 11.11.1 and 11.11.2.
namespace mtrr {
constexpr unsigned variable_ranges = 8;
constexpr std::uint64_t capability_fixed = 1u << 8, capability_write_combining = 1u << 10;
constexpr std::uint64_t type = 0xff;  ///< of the default, or of a variable range's base
constexpr std::uint64_t fixed_enabled = 1u << 10, enabled = 1u << 11;  ///< in the default
constexpr std::uint64_t valid = 1u << 11;                              ///< in a variable range's mask
}  // namespace mtrr

/// What a byte of IA32_PAT or a memory-type field of an MTRR may hold (SDM 11.11, tables 11-8 and 11-10).
namespace memory_type {
constexpr std::uint64_t uc = 0, wc = 1, wt = 4, wp = 5, wb = 6, uc_minus = 7;
}

}  // namespace umbra::x86
