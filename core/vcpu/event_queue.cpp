#include "core/vcpu/event_queue.hpp"

namespace umbra::vcpu {

namespace {

using namespace x86;

flag contributory(const event& e) {
  constexpr exception vectors[] = {exception::divide, exception::invalid_tss, exception::not_present,
                                   exception::stack,  exception::protection,  exception::control_protection};
  flag any{};
  for (const exception v : vectors) any = either(any, e.is(v));
  return any;
}

flag page_fault(const event& e) { return e.is(exception::page_fault); }

}  // namespace

void event_queue::again(const event& e) {
  next_ = e;
  pending_ = true;
}

bool event_queue::raise(const event& second) {
  const event first = next_;
  const flag interrupted = pending_;
  next_ = second;
  pending_ = true;
  if (!interrupted) return true;
  const flag grave = either(contributory(second), page_fault(second));
  if (both(first.is(exception::double_fault), grave)) return false;
  const flag doubled = either(both(contributory(first), contributory(second)), both(page_fault(first), grave));
  if (doubled) next_ = event::exception(exception::double_fault, word{0});
  return true;
}

}  // namespace umbra::vcpu
