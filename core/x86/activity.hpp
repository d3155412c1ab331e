// The guest's activity state, as the VMCS holds it (SDM volume 3, section 25.4.2).
#pragma once

#include <cstdint>

namespace umbra::x86::activity {

constexpr std::uint64_t active = 0, hlt = 1, shutdown = 2, wait_for_sipi = 3;

}  // namespace umbra::x86::activity
