// Events of real mode, through the guest's interrupt vector table: FLAGS, CS and IP go to its stack, a far pointer
// comes from the table (SDM 20.1.4). No error code does.

#include "core/vmx/cpu.hpp"
#include "core/x86/event.hpp"
#include "core/x86/interruptibility.hpp"

namespace umbra::vmx {

next cpu::deliver() {
  load_for_emulator();
  return conclude_delivery(emulator_.deliver(delivery_.event.vector, delivery_.event.instruction_length));
}

/// The event is due until it has been delivered. What the attempt comes to in between, a fault or a device that holds
/// the stack, is as with any instruction.
next cpu::conclude_delivery(const emulate::result& r) {
  if (r.next == emulate::verdict::done) {
    const bool nmi = delivery_.source == vcpu::event_source::nmi;
    word& blocking = guest_.state().blocking;
    blocking = blocking | word{nmi ? x86::interruptibility::by_nmi : 0};
    conclude_events();
  }
  next how{};
  if (!settle(r, how)) return leave(internal_error::emulation);
  if (waits()) waits_ = waiting::delivery;
  return how;
}

bool cpu::restore_events(const vcpu::saved_events& s) {
  const flag of_nmis = either(s.nmis != word{0}, has(s.blocking, x86::interruptibility::by_nmi));
  if (both(of_nmis, !controls_.has_virtual_nmis()) || !guest_.restore_events(s)) return false;
  if (waits_ == waiting::delivery) forget();
  return true;
}

}  // namespace umbra::vmx
