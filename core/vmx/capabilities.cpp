#include "core/vmx/capabilities.hpp"

#include "core/x86/vmx_controls.hpp"

namespace umbra::vmx {

namespace {

using x86::msr;

/// A set of controls: what must be 1 in the lower half, what may be in the upper (SDM A.3 to A.5).
bool read_controls(platform::host& host, msr which, allowed& out) {
  std::uint64_t value = 0;
  if (!platform::read_msr(host, which, value)) return false;
  out = {.must = value & 0xffff'ffff, .may = value >> 32};
  return true;
}

/// Bits of CR0 or CR4: what is 1 in the first MSR must be 1, what is 0 in the second must be 0 (SDM A.7, A.8).
bool read_fixed(platform::host& host, msr fixed0, msr fixed1, allowed& out) {
  return platform::read_msr(host, fixed0, out.must) && platform::read_msr(host, fixed1, out.may);
}

}  // namespace

bool capabilities::read(platform::host& host) {
  *this = {};
  std::uint64_t basic = 0;
  if (!platform::read_msr(host, msr::vmx_basic, basic)) return false;
  const bool exact = (basic & x86::vmx_basic::true_controls) != 0;
  const bool known =
      read_controls(host, exact ? msr::vmx_true_pin_controls : msr::vmx_pin_controls, pin) &&
      read_controls(host, exact ? msr::vmx_true_processor_controls : msr::vmx_processor_controls, processor) &&
      read_controls(host, exact ? msr::vmx_true_exit_controls : msr::vmx_exit_controls, exit) &&
      read_controls(host, exact ? msr::vmx_true_entry_controls : msr::vmx_entry_controls, entry) &&
      read_fixed(host, msr::vmx_cr0_fixed0, msr::vmx_cr0_fixed1, cr0) &&
      read_fixed(host, msr::vmx_cr4_fixed0, msr::vmx_cr4_fixed1, cr4);
  if (!known) return false;
  // Where there are no secondary controls, none of them may be set, and there is no such MSR.
  if ((processor.may & x86::processor_control::secondary) != 0) {
    read_controls(host, msr::vmx_secondary_controls, secondary);
  }
  std::uint64_t flushes = 0;
  constexpr std::uint64_t needed = x86::vpid_capability::invvpid | x86::vpid_capability::single_context;
  flushes_by_vpid = platform::read_msr(host, msr::vmx_ept_vpid, flushes) && (flushes & needed) == needed;
  return true;
}

}  // namespace umbra::vmx
