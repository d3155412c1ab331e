// What a VMM asks for that debugs its guest. None of it shows in the guest's own registers.
#pragma once

#include <array>

#include <word/word.hpp>

namespace umbra::vcpu {

struct guest_debug {
  bool single_step = false;           ///< leave after each instruction
  bool software_breakpoints = false;  ///< leave at each INT3
  bool hardware_breakpoints = false;  ///< leave where those below say; the guest's own are out of force meanwhile
  std::array<word, 4> breakpoint{};
  word dr7{};
};

}  // namespace umbra::vcpu
