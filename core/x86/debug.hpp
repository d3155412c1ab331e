// Debug-register bits (SDM volume 3, section 18.2).
#pragma once

#include <cstdint>

namespace umbra::x86 {

namespace dr6 {
constexpr std::uint64_t b0 = 1u << 0, bd = 1u << 13, bs = 1u << 14, bt = 1u << 15;
constexpr std::uint64_t breakpoints = 0xf;
/// Bits that read as 1 whatever is written: 11:4 and 31:16 on a processor without RTM and bus-lock detection.
constexpr std::uint64_t ones = 0xffff'0ff0;
constexpr std::uint64_t writable = breakpoints | bd | bs | bt;
}  // namespace dr6

namespace dr7 {
constexpr std::uint64_t breakpoints = 0xff;  ///< what enables each, locally and globally
constexpr std::uint64_t ge = 1u << 9, gd = 1u << 13;
constexpr std::uint64_t ones = 1u << 10;
/// Bits 11, 12, 14 and 15 are 0.
constexpr std::uint64_t writable = 0xffff'23ff;
}  // namespace dr7

/// IA32_DEBUGCTL (SDM 18.4.1).
namespace debugctl {
constexpr std::uint64_t lbr = 1u << 0, btf = 1u << 1;
}

}  // namespace umbra::x86
