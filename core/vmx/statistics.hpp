// What a vCPU has been doing.
#pragma once

#include <array>
#include <cstdint>

#include "core/vmx/request.hpp"
#include "core/x86/exit_reason.hpp"

namespace umbra::vmx {

struct statistics {
  std::array<std::uint64_t, x86::exit_reason_limit> exits{};  ///< by basic exit reason
  std::uint64_t other_exits = 0;                              ///< for reasons that no processor has so far
  std::uint64_t light_exits = 0;                              ///< of all of them, those that the guest went on after
  std::array<std::uint64_t, request_kinds> left{};            ///< to userspace, by what was asked of it
  // Events that VM entry has delivered, or begun to; and those that an exit put back.
  std::uint64_t exceptions = 0, nmis = 0, interrupts = 0, taken_back = 0;
  std::uint64_t fpu_loads = 0, hypercalls = 0;
  std::uint64_t emulated = 0;  ///< instructions that the emulator has executed, or parts of long ones
};

}  // namespace umbra::vmx
