// Basic exit reasons (SDM volume 3, appendix C), and the bits around them in the exit-reason field (SDM 25.9.1).
#pragma once

#include <cstdint>

namespace umbra::x86 {

enum class exit_reason : std::uint16_t {
  exception_or_nmi = 0,
  external_interrupt = 1,
  triple_fault = 2,
  cpuid = 10,
  hlt = 12,
  invlpg = 14,
  control_register = 28,
  io = 30,
  rdmsr = 31,
  wrmsr = 32,
  invalid_guest_state = 33,
  msr_loading = 34,
  machine_check = 41,
};

/// One more than the highest basic exit reason that any processor has so far.
constexpr unsigned exit_reason_limit = 75;

namespace exit_reason_field {
constexpr unsigned basic_bits = 16;
constexpr std::uint64_t entry_failed = std::uint64_t{1} << 31;
}  // namespace exit_reason_field

}  // namespace umbra::x86
