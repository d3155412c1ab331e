// Vectors of the architecture's exceptions (SDM volume 3, table 6-1).
#pragma once

#include <cstdint>

namespace umbra::x86 {

enum class exception : std::uint8_t {
  divide = 0,
  debug = 1,
  nmi = 2,
  breakpoint = 3,
  overflow = 4,
  bound = 5,
  undefined = 6,
  no_device = 7,
  double_fault = 8,
  invalid_tss = 10,
  not_present = 11,
  stack = 12,
  protection = 13,
  page_fault = 14,
  alignment = 17,
  machine_check = 18,
  control_protection = 21,
};

constexpr std::uint8_t vector_of(exception e) { return static_cast<std::uint8_t>(e); }

}  // namespace umbra::x86
