// RDMSR and WRMSR, and a VMM's accesses: where the value of a register is.

#include "core/vmx/cpu.hpp"
#include "core/vmx/exchanged_msrs.hpp"

namespace umbra::vmx {

namespace {

using x86::msr;

word host_time(platform::host& h) {
  std::uint64_t now = 0;
  platform::read_msr(h, msr::tsc, now);
  return word{now};
}

}  // namespace

word cpu::time_stamp() const { return host_time(host_) + vmcs_.read<x86::vmcs::tsc_offset>(); }

word cpu::msr_value(unsigned n) const {
  using enum x86::vmcs;
  const msr which = vcpu::msr_file::describe(n).which;
  switch (which) {
    case msr::efer:
      return guest_.registers().efer();
    case msr::tsc:
      return time_stamp();
    case msr::fs_base:
      return vmcs_.read<guest_fs_base>();
    case msr::gs_base:
      return vmcs_.read<guest_gs_base>();
    case msr::sysenter_cs:
      return vmcs_.read<guest_sysenter_cs>();
    case msr::sysenter_esp:
      return vmcs_.read<guest_sysenter_esp>();
    case msr::sysenter_eip:
      return vmcs_.read<guest_sysenter_eip>();
    case msr::debugctl:
      return vmcs_.read<guest_debugctl>();
    case msr::star:
    case msr::lstar:
    case msr::cstar:
    case msr::syscall_mask:
    case msr::kernel_gs_base:
      return guest_msrs_.value(place_in_list(which));
    default:
      return guest_.msrs().value(n);
  }
}

/// Of a value that the register takes. What processors load at VM entry is among them: it must be what they take, too.
bool cpu::set_msr_value(unsigned n, word value) {
  using enum x86::vmcs;
  const msr which = vcpu::msr_file::describe(n).which;
  switch (which) {
    case msr::efer:
      return guest_.write_efer(value);
    case msr::tsc:
      vmcs_.write<tsc_offset>(value - host_time(host_));
      return true;
    case msr::fs_base:
      undisguise();
      vmcs_.write<guest_fs_base>(value);
      segments_changed();
      return true;
    case msr::gs_base:
      undisguise();
      vmcs_.write<guest_gs_base>(value);
      segments_changed();
      return true;
    case msr::sysenter_cs:
      vmcs_.write<guest_sysenter_cs>(field(value, 0, 32));
      return true;
    case msr::sysenter_esp:
      vmcs_.write<guest_sysenter_esp>(value);
      return true;
    case msr::sysenter_eip:
      vmcs_.write<guest_sysenter_eip>(value);
      return true;
    case msr::debugctl:
      vmcs_.write<guest_debugctl>(value);
      return true;
    case msr::star:
    case msr::lstar:
    case msr::cstar:
    case msr::syscall_mask:
    case msr::kernel_gs_base:
      guest_msrs_.set_value(place_in_list(which), value);
      return true;
    default:
      guest_.msrs().set(n, value);
      return true;
  }
}

unsigned cpu::find_msr(word number, msr_user by) const {
  const unsigned n = vcpu::msr_file::find(number);
  if (n == vcpu::msr_file::none || by == msr_user::vmm) return n;
  return vcpu::msr_file::present(n, guest_.registers().features()) ? n : vcpu::msr_file::none;
}

bool cpu::read_msr(word number, word& value, msr_user by) const {
  const unsigned n = find_msr(number, by);
  if (n == vcpu::msr_file::none || vcpu::msr_file::describe(n).rule == vcpu::msr_rule::command) return false;
  value = msr_value(n);
  return true;
}

bool cpu::write_msr(word number, word value, msr_user by) {
  if (number == word{vcpu::paravirtual_page::msr}) return guest_.paravirtual().register_page(value);
  const unsigned n = find_msr(number, by);
  if (n == vcpu::msr_file::none) return false;
  const vcpu::msr_rule rule = vcpu::msr_file::describe(n).rule;
  // Who restores all registers restores these, too.
  if (rule == vcpu::msr_rule::constant && by == msr_user::vmm) return static_cast<bool>(value == msr_value(n));
  if (!takes(rule, value, guest_.registers().features())) return false;
  if (rule == vcpu::msr_rule::command) return true;
  if (rule == vcpu::msr_rule::revision && by == msr_user::guest) return true;
  return set_msr_value(n, value);
}

}  // namespace umbra::vmx
