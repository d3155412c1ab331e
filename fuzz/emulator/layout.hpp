// The little memory in which single instructions are tried, the same for every engine.
#pragma once

#include <cstdint>

namespace umbra::emucheck {

/// 64 KiB of memory at 0. In protected mode they show at `alias32` as well, in 64-bit mode also at `alias64`.
constexpr std::uint64_t ram_bytes = 0x10000, alias32 = 0x7654'0000, alias64 = 0x12'7654'0000;

/// Where code, operands and the stack are put: [begin, end).
struct window {
  std::uint64_t begin, end;
};
constexpr window code_window{0x1000, 0x3000}, data_window{0x4000, 0xb000}, stack_window{0xc000, 0xe000};

/// Descriptors, in protected and 64-bit mode.
constexpr std::uint64_t gdt_at = 0x800;
/// Where FS and GS begin in 32-bit mode; elsewhere each specimen has its own.
constexpr std::uint64_t fs_base32 = 0x1300, gs_base32 = 0x0708;
/// What memory holds where nothing else is: HLT, so that an engine which looks ahead does not look far.
constexpr std::uint8_t filling = 0xf4;

}  // namespace umbra::emucheck
