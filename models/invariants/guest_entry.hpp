// The guest entry behind a shadow entry, as the reference model's formats read it.
#pragma once

#include "models/invariants/page_facts.hpp"
#include "models/invariants/permission_table.hpp"
#include "models/reference/formats.hpp"
#include "models/reference/permission.hpp"

namespace umbra::invariants {

struct guest_entry {
  std::uint64_t raw = 0;
  bool valid = false;       ///< present, and no reserved bit is set
  bool accessed = false;    ///< as far as I9 goes: read-only memory cannot hold the bit, and counts as if it did
  bool dirty = false;       ///< likewise
  bool large = false;       ///< maps a page above level 1
  unsigned rights = 0;      ///< that it grants by itself
  std::uint64_t frame = 0;  ///< gfn of the page or table that it refers to
};

/// The place in the guest's table of what entry `index` of a non-direct page reflects (SDM 4.3: 1024 entries of four
/// bytes are shadowed by two pages at level 1, and by four of two entries each at level 2).
constexpr unsigned guest_index(const page_facts& p, unsigned index) {
  if (p.mode.format() != mmu::paging::bits32) return index;
  return p.level == 1 ? p.quadrant * 512u + index : p.quadrant * 256u + index / 2;
}

constexpr unsigned guest_entry_bytes(const page_facts& p) { return p.mode.format() == mmu::paging::bits32 ? 4 : 8; }

constexpr unsigned packed(const reference::rights& r) {
  return (r.write ? right::write : 0) | (r.user ? right::user : 0) | (r.execute ? right::execute : 0);
}

template <class Format>
guest_entry interpreted(const page_facts& p, std::uint64_t raw) {
  guest_entry g;
  g.raw = raw;
  g.large = (raw & p.large) != 0;
  g.valid = (raw & x86::entry::present) && !(raw & (g.large ? p.reserved_large : p.reserved));
  g.accessed = p.rom || (raw & x86::entry::accessed);
  g.dirty = p.rom || (raw & x86::entry::dirty);
  g.rights = packed(reference::narrowed<Format>({}, raw));
  g.frame = (g.large || p.level == 1 ? Format::frame(p.level, raw) : raw & Format::table_mask) >> page_shift;
  return g;
}

/// Reads it, once.
inline guest_entry read_guest(const page_facts& p, unsigned index) {
  const unsigned bytes = guest_entry_bytes(p);
  const std::byte* at = p.guest + guest_index(p, index) * bytes;
  if (bytes == 4) {
    std::uint32_t raw;
    __builtin_memcpy(&raw, at, sizeof raw);
    return interpreted<reference::bits32>(p, raw);
  }
  std::uint64_t raw;
  __builtin_memcpy(&raw, at, sizeof raw);
  return p.mode.format() == mmu::paging::pae ? interpreted<reference::pae>(p, raw)
                                             : interpreted<reference::level4>(p, raw);
}

}  // namespace umbra::invariants
