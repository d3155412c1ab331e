// From the guest's state to a VM entry.

#include "core/vmx/cpu.hpp"
#include "core/vmx/real_mode.hpp"
#include "core/x86/debug.hpp"
#include "core/x86/vmx_controls.hpp"

namespace umbra::vmx {

next cpu::prepare() {
  using enum x86::vmcs;
  if (waits()) forget();
  in_delivery_ = false;
  if (stepped_) {
    stepped_ = false;
    return leave_for_debug(x86::exception::debug, word{x86::dr6::bs});
  }
  if (guest_.halted()) {
    if (negate(either(guest_.wakes(), trap_pending()))) return leave({.kind = request_kind::hlt});
    guest_.set_halted(false);
  }
  if (both(wants_interrupt_window_, ready_for_interrupt())) return leave({.kind = request_kind::irq_window});
  if (const next n = make_enterable(); n != next::run) return n;
  write_fpu();
  if (guest_.enter() == mmu::verdict::shutdown) return leave({.kind = request_kind::shutdown});
  const bool wide = guest_.context().mode.format == mmu::paging::level4;
  vmcs_.write<entry_controls>(controls_.entry | (wide ? x86::entry_control::guest_64_bit : 0));

  const vcpu::general_registers& g = guest_.general();
  vmcs_.write<guest_rip>(g.rip);
  vmcs_.write<guest_rsp>(g.get(word{vcpu::general::rsp}));
  vmcs_.write<guest_rflags>(disguised_ ? real_mode::disguise_flags(g.rflags) : g.rflags);
  write_event();
  return next::run;
}

/// While the guest's FPU is not loaded, it owns no bit that decides about #NM, which exits.
void cpu::write_fpu() {
  const bool active = guest_.fpu().active();
  if (active == fpu_is_guests_) return;
  fpu_is_guests_ = active;
  set_intercepted(x86::exception::no_device, !active);
  guest_.own(active ? vcpu::most_owned : vcpu::owned_without_fpu);
}

}  // namespace umbra::vmx
