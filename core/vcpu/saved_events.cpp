#include "core/vcpu/saved_events.hpp"

#include "core/vcpu/vcpu.hpp"

namespace umbra::vcpu {

flag saved_events::possible() const {
  namespace bit = x86::interruptibility;
  const flag deliverable = both(exception.is(x86::event_type::hardware_exception), exception.deliverable());
  const flag blocks_once = negate(has_all(blocking, bit::shadow));
  return both(both(either(negate(has_exception), deliverable), nmis <= word{nmi_queue::limit}),
              both(blocks_once, negate(has(blocking, ~(bit::shadow | bit::by_nmi)))));
}

saved_events vcpu::save_events() const {
  saved_events s;
  s.has_exception = both(events_.pending(), negate(events_.next().by_software()));
  if (s.has_exception) s.exception = events_.next();
  s.nmis = nmis_.waiting();
  s.blocking = state_.blocking & word{x86::interruptibility::shadow | x86::interruptibility::by_nmi};
  return s;
}

bool vcpu::restore_events(const saved_events& s) {
  if (!s.possible()) return false;
  events_.clear();
  if (s.has_exception) events_.again(s.exception);
  nmis_.set_waiting(s.nmis);
  state_.blocking = s.blocking;
  return true;
}

}  // namespace umbra::vcpu
