// What a VM entry delivers, and which windows it asks for.

#include "core/vmx/cpu.hpp"
#include "core/x86/activity.hpp"
#include "core/x86/vmx_controls.hpp"

namespace umbra::vmx {

/// Debug exceptions that the next entry delivers unless it delivers something else (SDM 27.7.3).
flag cpu::trap_pending() const {
  namespace bit = x86::pending_debug;
  return has(vmcs_.read<x86::vmcs::guest_pending_debug>(), bit::single_step | bit::enabled_breakpoint);
}

void cpu::write_event() {
  using enum x86::vmcs;
  const word blocking = guest_.state().blocking;
  vmcs_.write<guest_interruptibility>(blocking);
  // While single-stepping, but for BTF, what puts off events for one instruction goes with the trap behind it (SDM
  // 27.3.1.5).
  if (has(blocking, x86::interruptibility::shadow)) {
    const word others = vmcs_.read<guest_pending_debug>() & word{~x86::pending_debug::single_step};
    const flag steps = both(has(guest_.general().rflags, x86::rflags::tf),
                            negate(has(vmcs_.read<guest_debugctl>(), x86::debugctl::btf)));
    vmcs_.write<guest_pending_debug>(others | when(steps, x86::pending_debug::single_step));
  }

  delivery_ = guest_.next_delivery(trap_pending(), wants_interrupt_window_);
  set_processor_control(x86::processor_control::interrupt_window_exiting, delivery_.interrupt_window);
  set_processor_control(x86::processor_control::nmi_window_exiting, delivery_.nmi_window);
  if (delivery_.source == vcpu::event_source::none) {
    vmcs_.write<entry_event>(word{0});
    return;
  }
  vmcs_.write<guest_activity>(word{x86::activity::active});  // an event ends whatever the guest waits in
  delivery_.event = delivery_.event.in_protected_mode();
  vmcs_.write<entry_event>(delivery_.event.packed());
  vmcs_.write<entry_error_code>(delivery_.event.error_code);
  vmcs_.write<entry_instruction_length>(delivery_.event.instruction_length);
}

bool cpu::nmi() {
  if (!controls_.has_virtual_nmis()) return false;
  guest_.nmis().add(has(guest_.state().blocking, x86::interruptibility::by_nmi));
  return true;
}

flag cpu::ready_for_interrupt() const {
  return both(both(negate(guest_.events().pending()), guest_.interrupts().empty()), guest_.state().takes_interrupts());
}

}  // namespace umbra::vmx
