// The error code that a page fault pushes (SDM volume 3, section 4.7, figure 4-12).
#pragma once

#include <cstdint>

namespace umbra::x86::page_fault {

constexpr std::uint64_t present = 1u << 0, write = 1u << 1, user = 1u << 2, reserved = 1u << 3, fetch = 1u << 4;

}  // namespace umbra::x86::page_fault
