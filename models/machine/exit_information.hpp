// What a VM exit tells of itself, and what a VM entry has delivered (SDM 25.9, 25.8.3).
#pragma once

#include <cstdint>

#include "core/x86/exit_reason.hpp"

namespace umbra::machine {

/// The VM-exit information fields. What hardware leaves undefined for a reason may hold anything.
struct exit_information {
  std::uint64_t reason = static_cast<std::uint64_t>(x86::exit_reason::external_interrupt);
  std::uint64_t qualification = 0;
  std::uint64_t event = 0, error_code = 0;                      ///< interruption information (25.9.2)
  std::uint64_t vectoring_event = 0, vectoring_error_code = 0;  ///< what was being delivered (25.9.3)
  std::uint64_t instruction_length = 0, instruction_information = 0;
};

/// An event that VM entry delivers: the VM-entry interruption-information field; 0 for none.
struct injection {
  std::uint64_t information = 0, error_code = 0, instruction_length = 0;
};

}  // namespace umbra::machine
