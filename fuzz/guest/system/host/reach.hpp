// Which memory a specimen's first instruction may touch: its operand, and what it pushes. As far as predicates over
// known differences need it.
#pragma once

#include "fuzz/guest/system/host/bare_code.hpp"

namespace umbra::system_guest {

/// Where a linear address leads; what is mapped otherwise than by its low 16 bits is `layout::last_page`.
inline std::uint32_t place_of(std::uint64_t linear) {
  if (linear >> 12 == layout::last_page >> 12) return layout::data_edge - 0x1000 + (linear & 0xfff);
  return static_cast<std::uint32_t>(linear & 0xffff);
}

/// The base of what a segment register holds. Segments that every specimen has begin at 0.
inline std::uint64_t base_of(const specimen& s, unsigned segment_slot) {
  if (s.code_bits == 64) {
    if (segment_slot == SLOT_FS) return s.before[SLOT_FS_BASE];
    return segment_slot == SLOT_GS ? s.before[SLOT_GS_BASE] : 0;
  }
  const std::uint64_t raw = s.own_descriptor(static_cast<std::uint32_t>(s.before[segment_slot]));
  return (raw >> 16 & 0xff'ffff) | raw >> 56 << 24;
}

/// Whether the dword at `at` is among the `bytes` from `begin` on. Low 16 bits: what ends with them begins anew.
inline bool overlaps(std::uint32_t at, std::uint32_t begin, unsigned bytes) {
  return (at + 3 - begin & 0xffff) < bytes + 3;
}

/// The operand is at [rBX] in all specimens, through the segment that a prefix names, or DS.
inline bool in_operand(const specimen& s, std::uint32_t at, unsigned bytes) {
  const std::uint64_t offset = s.before[SLOT_RBX] & (s.code_bits == 16 ? 0xffff : ~std::uint64_t{0});
  return overlaps(at, place_of(base_of(s, SLOT_ES + bare(s).segment) + offset), bytes);
}

/// Among the `bytes` below the stack pointer.
inline bool in_pushed(const specimen& s, std::uint32_t at, unsigned bytes) {
  return overlaps(at, place_of(base_of(s, SLOT_SS) + s.before[SLOT_RSP] - bytes), bytes);
}

inline bool in_descriptors(std::uint32_t at) { return at >= layout::gdt && at < layout::task32; }

/// Whether a linear address may be one of the instruction's: a far pointer or what is smaller, a string's item, the
/// stack on either side of its pointer, a descriptor.
inline bool may_touch(const specimen& s, std::uint64_t linear) {
  constexpr unsigned far_pointer = 10, item = 8, registers = 32;
  const std::uint32_t at = place_of(linear);
  const auto is_at = [&](unsigned segment, unsigned slot) {
    return overlaps(at, place_of(base_of(s, segment) + s.before[slot]), item);
  };
  return in_descriptors(at) || in_operand(s, at, far_pointer) || in_pushed(s, at, registers) ||
         overlaps(at, place_of(base_of(s, SLOT_SS) + s.before[SLOT_RSP]), registers) ||
         is_at(SLOT_ES + bare(s).segment, SLOT_RSI) || is_at(SLOT_ES, SLOT_RDI);
}

}  // namespace umbra::system_guest
