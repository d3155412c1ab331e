// Segment descriptors (SDM 3A, figure 3-8), and the GDT and LDT that specimens start with. The first part of the GDT is
// what the guest program itself needs, under the selectors of fuzz/guest/shared/selectors.h.
#pragma once

#include <cstdint>

#include "fuzz/guest/shared/selectors.h"

namespace umbra::system_guest {

/// `type` is bits 47:40, `flags` bits 55:52.
constexpr std::uint64_t descriptor(std::uint32_t base, std::uint32_t limit, unsigned type, unsigned flags) {
  return (limit & 0xffff) | (std::uint64_t{base & 0xff'ffff} << 16) | (std::uint64_t{type & 0xff} << 40) |
         (std::uint64_t{(limit >> 16) & 0xf} << 48) | (std::uint64_t{flags & 0xf} << 52) |
         (std::uint64_t{base >> 24} << 56);
}

namespace descriptor_type {
constexpr unsigned data = 0x93, code = 0x9b, task = 0x89, busy = 2, local = 0x82, present = 0x80;
}
namespace descriptor_flags {
constexpr unsigned big = 4, wide = 2, pages = 8;
}

constexpr std::uint32_t whole = 0xfffff;  ///< with `pages`: 4 GiB

/// Selectors beyond those of fuzz/guest/shared/selectors.h: code of 16 bits for each CPL; then those that specimens
/// fill, in the GDT and in the LDT.
constexpr unsigned code16_selector(unsigned cpl) { return SELECTOR_END + 8 * cpl + cpl; }
constexpr unsigned wild_begin = SELECTOR_END + 0x20, wild_count = 8, gdt_bytes = wild_begin + 8 * wild_count;
constexpr unsigned local_count = 4, ldt_bytes = 8 * local_count;

constexpr unsigned task_limit = 0x68 + 0x70 - 1;  ///< with a map of ports below 0x380
constexpr unsigned map_at = 0x68;

}  // namespace umbra::system_guest
