// Where things lie in the guest's physical memory. Tested translations can reach data frames only, by construction:
// even a walk that goes wrong in one bit lands in memory that nobody needs.
#pragma once

#include <cstdint>

namespace umbra::opguest::layout {

constexpr std::uint64_t kibi = 1024, mebi = kibi * kibi, gibi = kibi * mebi;

/// Low memory ends here; far memory (above 4 GiB, if the machine has it) goes from `far` to `far_end`.
constexpr std::uint64_t low_end = 1 * gibi, far = 4 * gibi, far_end = 6 * gibi + 16 * mebi;

/// The program itself. The linker script says the same.
constexpr std::uint64_t image = 4 * mebi;

/// The two pools from which a scene takes its tables, in frames.
constexpr std::uint64_t low_tables = 16 * mebi, far_tables = 6 * gibi;
constexpr unsigned tables_in_pool = 32;

/// The tables that map the program's trampoline in every scene: built once, never scanned. One of 8-byte entries, one
/// of 4-byte.
constexpr std::uint64_t wide_trampoline = low_tables - 0x1000, narrow_trampoline = low_tables - 0x2000;

/// Regions of 4 MiB each, aligned to their size, that hold the data frames: small pages and large ones lead here.
constexpr std::uint64_t low_regions[] = {64 * mebi,  68 * mebi,  128 * mebi, 252 * mebi,
                                         256 * mebi, 512 * mebi, 636 * mebi, 1020 * mebi};
constexpr std::uint64_t far_regions[] = {far,
                                         far + 4 * mebi,
                                         far + 512 * mebi,
                                         far + 1020 * mebi,
                                         far + 1024 * mebi,
                                         far + 1364 * mebi,
                                         far + 1536 * mebi,
                                         far + 2044 * mebi};
constexpr std::uint64_t region_size = 4 * mebi;

/// What 1-GiB pages map.
constexpr std::uint64_t giant_bases[] = {far, far + gibi};

/// Each data frame answers at three places: the first 16 bytes, somewhere inside, the last 16 bytes.
constexpr std::uint64_t slots[] = {0x000, 0x7f0, 0xff0};
/// What a slot holds: code that returns the tag, a cell to write, the tag (the frame's number).
constexpr unsigned slot_code = 0, slot_cell = 8, slot_tag = 12;

/// Whether a physical address belongs to memory that exists.
constexpr bool is_memory(std::uint64_t gpa) { return gpa < low_end || (gpa >= far && gpa < far_end); }

}  // namespace umbra::opguest::layout
