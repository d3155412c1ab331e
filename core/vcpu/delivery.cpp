#include "core/vcpu/delivery.hpp"

#include "core/vcpu/vcpu.hpp"

namespace umbra::vcpu {

delivery vcpu::first_event(flag trap_pending) const {
  delivery d;
  if (events_.pending()) {
    d.source = event_source::exception;
    d.event = events_.next();
    return d;
  }
  // VM entry that delivers anything drops a pending debug exception (SDM 27.7.3), which is to go first.
  if (trap_pending) return d;
  if (both(negate(nmis_.empty()), state_.takes_nmis())) {
    d.source = event_source::nmi;
    d.event = event::nmi();
  } else if (both(negate(interrupts_.empty()), state_.takes_interrupts())) {
    d.source = event_source::interrupt;
    d.event = event::external_interrupt(interrupts_.first());
  }
  return d;
}

delivery vcpu::next_delivery(flag trap_pending, bool interrupt_window) const {
  delivery d = first_event(trap_pending);
  const flag nmi_waits = d.source == event_source::nmi ? nmis_.several() : negate(nmis_.empty());
  const flag interrupt_waits =
      d.source == event_source::interrupt ? interrupts_.several() : negate(interrupts_.empty());
  d.interrupt_window = interrupt_window;
  if (interrupt_waits) d.interrupt_window = true;
  // Behind STI an NMI window may open at once, or one instruction later: only the other kind is sure to open later.
  if (both(nmi_waits, has(state_.blocking, x86::interruptibility::by_sti))) {
    d.interrupt_window = true;
  } else if (nmi_waits) {
    d.nmi_window = true;
  }
  return d;
}

void vcpu::delivered(const delivery& d) {
  switch (d.source) {
    case event_source::none:
      return;
    case event_source::exception:
      events_.clear();
      return;
    case event_source::nmi:
      nmis_.remove();
      return;
    case event_source::interrupt:
      interrupts_.remove(d.event.vector);
      return;
  }
}

void vcpu::take_back(const event& e) {
  if (e.is(x86::event_type::external_interrupt)) {
    interrupts_.add(e.vector);
  } else if (e.is(x86::event_type::nmi)) {
    nmis_.again();
    state_.blocking = state_.blocking & word{~x86::interruptibility::by_nmi};
  } else {
    events_.again(e);
  }
}

flag vcpu::wakes() const {
  return either(events_.pending(), either(both(negate(nmis_.empty()), state_.takes_nmis()),
                                          both(negate(interrupts_.empty()), state_.takes_interrupts())));
}

}  // namespace umbra::vcpu
