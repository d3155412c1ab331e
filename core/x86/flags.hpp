// Bits of RFLAGS (SDM volume 1, section 3.4.3).
#pragma once

#include <cstdint>

namespace umbra::x86::rflags {

constexpr std::uint64_t fixed = 1u << 1, tf = 1u << 8, interrupt = 1u << 9, vm = 1u << 17, ac = 1u << 18;

}  // namespace umbra::x86::rflags
