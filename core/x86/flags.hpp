// RFLAGS bits (SDM volume 1, section 3.4.3).
#pragma once

#include <cstdint>

namespace umbra::x86::rflags {

constexpr std::uint64_t cf = 1u << 0, fixed = 1u << 1, pf = 1u << 2, af = 1u << 4, zf = 1u << 6, sf = 1u << 7,
                        tf = 1u << 8, interrupt = 1u << 9, df = 1u << 10, of = 1u << 11, nt = 1u << 14, rf = 1u << 16,
                        vm = 1u << 17, ac = 1u << 18, vif = 1u << 19, vip = 1u << 20, id = 1u << 21;

/// The two bits of the I/O privilege level.
constexpr unsigned iopl_at = 12;
constexpr std::uint64_t iopl = 3u << iopl_at;

/// What arithmetic sets.
constexpr std::uint64_t status = cf | pf | af | zf | sf | of;

}  // namespace umbra::x86::rflags
