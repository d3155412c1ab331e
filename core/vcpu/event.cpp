#include "core/vcpu/event.hpp"

namespace umbra::vcpu {

namespace {

using namespace x86;

constexpr std::uint64_t exceptions = 32, longest_instruction = 15;

/// Exceptions that push an error code, by vector (SDM table 6-1).
constexpr std::uint64_t with_error_code = [] {
  constexpr exception vectors[] = {exception::double_fault, exception::invalid_tss, exception::not_present,
                                   exception::stack,        exception::protection,  exception::page_fault,
                                   exception::alignment};
  std::uint64_t all = 0;
  for (const exception v : vectors) all |= std::uint64_t{1} << vector_of(v);
  return all;
}();

}  // namespace

flag event::is(x86::exception which) const {
  return both(is(event_type::hardware_exception), vector == word{vector_of(which)});
}

flag event::faults() const {
  return both(is(event_type::hardware_exception),
              negate(either(is(exception::debug), either(is(exception::double_fault), is(exception::machine_check)))));
}

flag event::by_software() const {
  return either(is(event_type::software_interrupt),
                either(is(event_type::privileged_exception), is(event_type::software_exception)));
}

flag event::deliverable() const {
  const flag wanted = wants_code();
  // What goes for an error code is anything where there is none.
  const flag right_code = both(has_error_code == wanted, either(negate(wanted), (error_code >> 16) == word{0}));
  const flag exception = both(is(event_type::hardware_exception), both(vector < word{exceptions}, right_code));
  const flag interrupt = either(is(event_type::external_interrupt),
                                both(is(event_type::nmi), vector == word{vector_of(x86::exception::nmi)}));
  const flag software =
      both(by_software(), both(instruction_length != word{0}, instruction_length <= word{longest_instruction}));
  return either(exception, both(either(interrupt, software), negate(has_error_code)));
}

flag event::wants_code() const {
  return both(vector < word{exceptions}, has(word{with_error_code} >> (vector & word{exceptions - 1}), 1));
}

event event::in_protected_mode() const {
  event e = *this;
  const flag lacking = both(both(is(event_type::hardware_exception), wants_code()), negate(has_error_code));
  e.has_error_code = either(has_error_code, lacking);
  e.error_code = select(lacking, word{0}, error_code);
  return e;
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

}  // namespace umbra::vcpu
