// What the next VM entry must inject after an exit that interrupted the delivery of an event (28.2.4, 33.7.1.2).
#pragma once

#include <word/word.hpp>

#include "models/reference/event.hpp"

namespace umbra::reference {

/// The hypervisor has dealt with the exit, and the guest is not to notice: the event is injected again as it was. Bit
/// 12 and other bits of the vectoring field that are undefined there are reserved at entry.
inline event injected_again(const event& vectoring) {
  const std::uint64_t kept = bits(7, 0) | bits(10, 8) | x86::event_field::has_error_code | x86::event_field::valid;
  const flag valid = vectoring.valid();
  return {.information = select(valid, vectoring.information & word{kept}, word{0}),
          .error_code = select(both(valid, vectoring.has_error_code()), vectoring.error_code, word{0}),
          .length = select(is_software(vectoring), vectoring.length, word{0})};
}

}  // namespace umbra::reference
