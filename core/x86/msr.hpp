// Model-specific registers by number (SDM volume 4, table 2-2; the capability MSRs of VMX in volume 3, appendix A).
#pragma once

#include <cstdint>

namespace umbra::x86 {

enum class msr : std::uint32_t {
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
  kernel_gs_base = 0xc000'0102,
};

}  // namespace umbra::x86
