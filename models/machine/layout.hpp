// The simulated host's physical address map. Each kind of memory has its own high bits, so that a truncated or confused
// address never lands in the wrong kind by luck.
#pragma once

#include <cstdint>

namespace umbra::machine {

/// MAXPHYADDR of the simulated host, bits (SDM 4.1.4).
constexpr unsigned physical_bits = 46;

/// Guest memory: `guest_frames` host frames from here (4-KiB units). Page n of the VMM's address space is the n-th.
constexpr std::uint64_t first_guest_frame = 0x1'5a00'0000;
constexpr unsigned guest_frames = 256;

/// Tables that allocate_table() gives: above 4 GiB, with a bit above 40 set.
constexpr std::uint64_t first_table_frame = 0x2'6c00'0000;
constexpr unsigned table_limit = 8192;

/// Tables that allocate_low_table() gives: below 4 GiB.
constexpr std::uint64_t first_low_frame = 0x3'0000;
constexpr unsigned low_table_limit = 32;

constexpr unsigned vcpu_limit = 2;

static_assert(first_guest_frame + guest_frames <= std::uint64_t{1} << (physical_bits - 12));
static_assert(first_table_frame + table_limit <= std::uint64_t{1} << (physical_bits - 12));
static_assert(first_low_frame + low_table_limit <= std::uint64_t{1} << 20, "a low table lies below 4 GiB");
static_assert(first_table_frame >= std::uint64_t{1} << 20, "an ordinary table does not");

}  // namespace umbra::machine
