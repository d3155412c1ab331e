// An event as the VMCS describes it, taken apart (25.8.3, 25.9.2, 25.9.3): at VM entry, at exit, or one whose delivery
// an exit interrupted.
#pragma once

#include <word/word.hpp>

#include "core/x86/event.hpp"
#include "models/reference/error_code_vectors.hpp"
#include "models/reference/formats.hpp"

namespace umbra::reference {

struct event {
  word information{};  ///< vector, type, whether there is an error code, valid
  word error_code{};
  word length{};  ///< of the instruction, for software interrupts and exceptions

  flag valid() const { return has(information, x86::event_field::valid); }
  word vector() const { return information & bits(7, 0); }
  word type() const { return field(information, x86::event_field::type_at, x86::event_field::type_bits); }
  flag has_error_code() const { return has(information, x86::event_field::has_error_code); }
  flag is(x86::event_type t) const { return both(valid(), type() == word{static_cast<unsigned>(t)}); }
};

/// INT n, INT1, INT3 and INTO: their delivery pushes the address of the next instruction (27.6.1.1).
inline flag is_software(const event& e) {
  using enum x86::event_type;
  return either(e.is(software_interrupt), either(e.is(privileged_exception), e.is(software_exception)));
}

/// Same event: same vector and type, same error code and length where they count.
inline flag same_event(const event& a, const event& b) {
  const std::uint64_t identity = bits(7, 0) | bits(10, 8) | x86::event_field::has_error_code | x86::event_field::valid;
  const flag same_code = either(negate(a.has_error_code()), a.error_code == b.error_code);
  const flag same_length = either(negate(is_software(a)), a.length == b.length);
  const flag same =
      both((a.information & word{identity}) == (b.information & word{identity}), both(same_code, same_length));
  return either(both(negate(a.valid()), negate(b.valid())), both(both(a.valid(), b.valid()), same));
}

constexpr word event_information(x86::event_type type, word vector) {
  return word{x86::event_field::valid} | word{static_cast<unsigned>(type)} << x86::event_field::type_at | vector;
}

/// A fault or trap of the processor, with the error code that its vector has in this mode: none in real mode (20.1.4),
/// and that of #DF and #AC being 0 (6.15).
inline event hardware_exception(word vector, word error_code, flag real_mode) {
  const flag code = both(pushes_error_code(vector), negate(real_mode));
  return {.information = event_information(x86::event_type::hardware_exception, vector) |
                         when(code, x86::event_field::has_error_code),
          .error_code = select(code, error_code, word{0})};
}

}  // namespace umbra::reference
