// One trial: an instruction that reads or writes a system register, in 64-bit mode at CPL 0, and the state that it
// meets.
#pragma once

#include <cstdint>

namespace umbra::registercheck {

enum class instruction : std::uint8_t {
  mov_to_cr,
  mov_from_cr,
  lmsw,
  clts,
  smsw,
  wrmsr,
  rdmsr,
  mov_to_dr,
  mov_from_dr
};
constexpr unsigned instructions = 9;

struct trial {
  instruction what{};
  std::uint32_t number = 0;  ///< of the register; of the MSR
  std::uint64_t value = 0;   ///< written
  // The state before.
  std::uint64_t cr0 = 0, cr4 = 0, efer = 0;
  std::uint64_t dr6 = 0, dr7 = 0;
};

/// What came of it.
struct outcome {
  std::uint8_t vector = none;  ///< of the exception
  std::uint32_t error_code = 0;
  std::uint64_t value = 0;  ///< what was read; after a write, what the register reads as
  std::uint64_t dr6 = 0, dr7 = 0;

  static constexpr std::uint8_t none = 0xff;
};

}  // namespace umbra::registercheck
