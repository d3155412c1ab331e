// Segment access rights as the VMCS holds them (SDM 25.4.1, table 25-2).
#pragma once

#include <cstdint>

namespace umbra::x86::segment_rights {

constexpr unsigned type_bits = 4, dpl_at = 5, dpl_bits = 2;
constexpr std::uint64_t code_or_data = 1u << 4, present = 1u << 7, available = 1u << 12, long_mode = 1u << 13,
                        big = 1u << 14, granularity = 1u << 15, unusable = 1u << 16;
/// Types of a TSS that is in use (SDM 3.5).
constexpr std::uint64_t busy_16_bit_tss = 3, busy_32_bit_tss = 11, ldt = 2;

}  // namespace umbra::x86::segment_rights
