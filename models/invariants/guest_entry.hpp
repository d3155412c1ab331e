// The guest entry behind a shadow entry, as the reference model's formats read it.
#pragma once

#include "models/invariants/page_facts.hpp"

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

/// Reads it, once.
guest_entry read_guest(const page_facts&, unsigned index);

}  // namespace umbra::invariants
