// Bits of paging-structure entries (SDM volume 3, section 4.3 to 4.5, tables 4-4 to 4-20).
#pragma once

#include <cstdint>

namespace umbra::x86::entry {

constexpr std::uint64_t present = 1u << 0, write = 1u << 1, user = 1u << 2, pwt = 1u << 3, pcd = 1u << 4,
                        accessed = 1u << 5, dirty = 1u << 6, large = 1u << 7, global = 1u << 8,
                        large_pat = 1u << 12, no_execute = std::uint64_t{1} << 63;

/// Bits 51:12, where a 64-bit entry holds the address of a table or a 4-KiB page.
constexpr std::uint64_t address_mask = 0x000f'ffff'ffff'f000;

/// The widest physical address that the architecture allows, bits (SDM 4.1.4).
constexpr unsigned max_physical_bits = 52;

}  // namespace umbra::x86::entry
