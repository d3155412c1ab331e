// An exception with an error code, as exits report it and VM entry is told to deliver it (SDM 25.8.3, 25.9.2).
#pragma once

#include <cstdint>

#include "core/x86/event.hpp"
#include "core/x86/exception.hpp"

namespace umbra::fuzz {

constexpr std::uint64_t coded_exception(x86::exception e) {
  return x86::event_field::valid | x86::event_field::has_error_code |
         static_cast<std::uint64_t>(x86::event_type::hardware_exception) << x86::event_field::type_at |
         x86::vector_of(e);
}

}  // namespace umbra::fuzz
