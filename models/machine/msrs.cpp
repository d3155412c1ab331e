#include "models/machine/msrs.hpp"

#include "core/x86/control.hpp"
#include "core/x86/vmx_controls.hpp"

namespace umbra::machine {
namespace {

/// A capability MSR of a set of controls: what must be 1 below, what may be 1 above (SDM A.3 to A.5).
constexpr std::uint64_t controls(std::uint32_t must, std::uint32_t may) {
  return std::uint64_t{may | must} << 32 | must;
}

// The controls whose reserved state is 1, and those that every processor has of them.
constexpr std::uint32_t pin_ones = 0x16, processor_ones = 0x0401'e172, exit_ones = 0x0003'6dff,
                        entry_ones = 0x0000'11ff;
// With the TRUE capability MSRs, some of these may be 0.
constexpr std::uint32_t true_processor_ones = 0x0400'6172, true_exit_ones = 0x0003'6dfb, true_entry_ones = 0x0000'11fb;

constexpr std::uint32_t pin_may = 0x7f, processor_may = 0xfff9'fffe, exit_may = 0x007f'ffff, entry_may = 0x0000'ffff,
                        secondary_may = 0x0000'1fff;

}  // namespace

bool read_msr(x86::msr which, std::uint64_t& value) {
  using enum x86::msr;
  namespace bit = x86::vmx_basic;
  switch (which) {
    case vmx_basic:
      value = 0x12 | std::uint64_t{0x1000} << 32 | std::uint64_t{6} << 50 | bit::true_controls;
      return true;
    case vmx_pin_controls:
    case vmx_true_pin_controls:
      value = controls(pin_ones, pin_may);
      return true;
    case vmx_processor_controls:
      value = controls(processor_ones, processor_may);
      return true;
    case vmx_true_processor_controls:
      value = controls(true_processor_ones, processor_may);
      return true;
    case vmx_exit_controls:
      value = controls(exit_ones, exit_may);
      return true;
    case vmx_true_exit_controls:
      value = controls(true_exit_ones, exit_may);
      return true;
    case vmx_entry_controls:
      value = controls(entry_ones, entry_may);
      return true;
    case vmx_true_entry_controls:
      value = controls(true_entry_ones, entry_may);
      return true;
    case vmx_secondary_controls:
      value = controls(0, secondary_may);
      return true;
    case vmx_misc:
      value = 0x401c0;
      return true;
    case vmx_cr0_fixed0:
      value = x86::cr0::pe | x86::cr0::ne | x86::cr0::pg;
      return true;
    case vmx_cr0_fixed1:
      value = 0xffff'ffff;
      return true;
    case vmx_cr4_fixed0:
      value = x86::cr4::vmxe;
      return true;
    case vmx_cr4_fixed1:
      value = 0x3727ff;
      return true;
    case vmx_ept_vpid:
      value = x86::vpid_capability::invvpid | x86::vpid_capability::single_context;
      return true;
    case tsc:
      value = 0x1'2345'6789'0000;
      return true;
    case efer:
      value = x86::efer::sce | x86::efer::lme | x86::efer::lma | x86::efer::nxe;
      return true;
    case star:
      value = 0x0023'0010'0000'0000;
      return true;
    case lstar:
      value = 0xffff'ffff'8180'0040;
      return true;
    case cstar:
      value = 0xffff'ffff'8180'1200;
      return true;
    case syscall_mask:
      value = 0x257fd5;
      return true;
    case kernel_gs_base:
      value = 0x7f12'3456'7000;
      return true;
    default:
      return false;
  }
}

}  // namespace umbra::machine
