// The emulated machines that judge the instruction emulator.
#pragma once

#include <span>

#include "fuzz/guest/host/engine.hpp"

namespace umbra::system_guest {

std::span<const opguest::machine> machines();

}  // namespace umbra::system_guest
