// From the guest's state to a VM entry.

#include "core/vmx/cpu.hpp"
#include "core/x86/control.hpp"
#include "core/x86/vmx_controls.hpp"

namespace umbra::vmx {

next cpu::prepare() {
  using enum x86::vmcs;
  if (waits()) forget();
  // Hardware without unrestricted guests has no real mode in VMX.
  if (!has(guest_.registers().cr0(), x86::cr0::pe)) return leave(internal_error::emulation);
  if (guest_.enter() == mmu::verdict::shutdown) return leave({.kind = request_kind::shutdown});
  const bool wide = guest_.context().mode.format == mmu::paging::level4;
  vmcs_.write<entry_controls>(entry_controls_ | (wide ? x86::entry_control::guest_64_bit : 0));

  const vcpu::general_registers& g = guest_.general();
  vmcs_.write<guest_rip>(g.rip);
  vmcs_.write<guest_rsp>(g.get(word{vcpu::general::rsp}));
  vmcs_.write<guest_rflags>(g.rflags);
  write_event();
  return next::run;
}

void cpu::write_event() {
  using enum x86::vmcs;
  const vcpu::event_queue& queue = guest_.events();
  if (!queue.pending()) {
    vmcs_.write<entry_event>(word{0});
    return;
  }
  vmcs_.write<entry_event>(queue.next().packed());
  vmcs_.write<entry_error_code>(queue.next().error_code);
  vmcs_.write<entry_instruction_length>(queue.next().instruction_length);
}

}  // namespace umbra::vmx
