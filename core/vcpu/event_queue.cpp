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

flag event::is(x86::exception which) const {
  return both(type == word{static_cast<std::uint64_t>(event_type::hardware_exception)}, vector == word{vector_of(which)});
}

word event::packed() const {
  return vector | (type << event_field::type_at) | when(has_error_code, event_field::has_error_code) |
         word{event_field::valid};
}

event event::unpacked(word info, word error_code, word instruction_length) {
  event e;
  e.vector = field(info, 0, event_field::vector_bits);
  e.type = field(info, event_field::type_at, event_field::type_bits);
  e.has_error_code = has(info, event_field::has_error_code);
  e.error_code = error_code;
  e.instruction_length = instruction_length;
  return e;
}

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
