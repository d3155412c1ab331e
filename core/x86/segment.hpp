// Segment access rights as the VMCS holds them (SDM 25.4.1, table 25-2), and selectors (SDM 3.4.2).
#pragma once

#include <cstdint>

namespace umbra::x86 {

namespace segment_rights {
constexpr unsigned type_bits = 4, dpl_at = 5, dpl_bits = 2;
constexpr std::uint64_t accessed = 1u << 0,
                        writable = 1u << 1,  ///< of data; of code: readable
    expand_down = 1u << 2,                   ///< of data; of code: conforming
    code = 1u << 3,
                        code_or_data = 1u << 4,  ///< not a system segment
    present = 1u << 7, available = 1u << 12, long_mode = 1u << 13, big = 1u << 14, granularity = 1u << 15,
                        unusable = 1u << 16;  ///< a null selector was loaded; no bit of a descriptor
constexpr std::uint64_t type = 0xf, dpl = 3u << dpl_at;

/// Types of system segments (SDM table 3-2).
constexpr std::uint64_t tss16 = 1, ldt = 2, tss = 9, busy = 2, system_32_bit = 8;
constexpr std::uint64_t busy_16_bit_tss = tss16 | busy, busy_32_bit_tss = tss | busy;

/// What real mode's segments look like: present, accessed, readable or writable.
constexpr std::uint64_t real_data = present | code_or_data | writable | accessed, real_code = real_data | code;
}  // namespace segment_rights

namespace selector {
constexpr std::uint64_t rpl = 3, local = 4, index = 0xfff8;
}  // namespace selector

}  // namespace umbra::x86
