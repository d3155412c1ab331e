// The paging structures of a scene, grown address by address. Paths share tables, and sometimes two entries lead to one
// table, so that upper levels grant different rights to the same leaf.
#pragma once

#include "fuzz/guest/shared/entries.hpp"

namespace umbra::opguest {

class tables {
 public:
  tables(const environment& machine, const windows& window, entry_maker& entries, const swarm& rates, random& chance,
         scene& made, bool pse)
      : machine_(machine), window_(window), entries_(entries), rates_(rates), chance_(chance), made_(made), pse_(pse) {
    plant_trampoline();
  }

  static constexpr unsigned top(format mode) { return mode == format::bits32 ? 2 : mode == format::pae ? 3 : 4; }

  /// What is to be known of a path.
  struct path {
    bool fetchable = true;  ///< false: it may lead beyond memory, where no code can be fetched
    bool spoilt = false;    ///< an entry on it has a reserved bit, for some accesses at least
  };

  /// Makes sure that there is a path for `gva`, however it ends.
  path lay_path(std::uint64_t gva) {
    path laid;
    std::uint64_t table = made_.cr3;
    for (unsigned level = top(made_.mode); level > 0 && table != 0; --level) {
      const note& found = entry_for(level, entry_address(level, table, gva));
      laid.fetchable = found.fetchable;
      laid.spoilt |= found.spoilt;
      table = found.next;
    }
    return laid;
  }

 private:
  /// What is known about a site: where it leads (0: nowhere below).
  struct note {
    std::uint64_t next = 0;
    bool fetchable = true, leaf = false, spoilt = false;
  };

  std::uint64_t entry_address(unsigned level, std::uint64_t table, std::uint64_t gva) const {
    const unsigned bits = made_.mode == format::bits32 ? 10 : 9;
    unsigned index = static_cast<unsigned>(gva >> (12 + bits * (level - 1))) & ((1u << bits) - 1);
    if (made_.mode == format::pae && level == 3) index &= 3;
    return table + std::uint64_t{index} * made_.entry_bytes;
  }

  const note& entry_for(unsigned level, std::uint64_t gpa) {
    for (unsigned i = 0; i < made_.sites_used; ++i)
      if (made_.sites[i].gpa == gpa) return notes_[i];
    note fresh;
    const drawn_entry drawn = draw(level, fresh);
    fresh.spoilt = drawn.spoilt;
    // An engine that ignores the reserved bits of a 4-MiB page takes them for an address.
    if (drawn.spoilt && fresh.leaf && made_.mode == format::bits32) fresh.fetchable = false;
    return add(gpa, drawn.value, fresh);
  }

  const note& add(std::uint64_t gpa, std::uint64_t value, const note& n) {
    notes_[made_.sites_used] = n;
    made_.sites[made_.sites_used++] = {gpa, value, n.leaf};
    return notes_[made_.sites_used - 1];
  }

  drawn_entry draw(unsigned level, note& n) {
    if (chance_.chance(rates_.absent)) return entries_.absent();
    if (level == 1 || is_large(level)) return draw_leaf(level, n);
    n.next = table_below(level);
    return n.next ? entries_.link(level, n.next) : entries_.absent();
  }

  bool is_large(unsigned level) {
    if (level == 2) return made_.mode == format::bits32 ? pse_ && chance_.chance(400) : chance_.chance(250);
    if (level != 3 || made_.mode != format::level4) return false;
    if (!machine_.gbpages) return chance_.chance(10);
    return (machine_.far_memory || beyond_memory(level) != 0) && chance_.chance(150);
  }

  drawn_entry draw_leaf(unsigned level, note& n) {
    n.leaf = true;
    std::uint64_t page = level == 3 ? chance_.pick(layout::giant_bases) : draw_page(level);
    const std::uint64_t beyond = chance_.chance(20) || (level == 3 && !machine_.far_memory) ? beyond_memory(level) : 0;
    page |= beyond;
    if (!layout::is_memory(page) || (page >= layout::far && !machine_.far_memory)) n.fetchable = false;
    return entries_.leaf(level, page);
  }

  /// A page of one of the regions: of 4 KiB at level 1, else a large one of level 2.
  std::uint64_t draw_page(unsigned level) {
    const bool narrow = made_.mode == format::bits32;
    const bool far = machine_.far_memory && !(narrow && level == 1) && chance_.chance(500);
    const std::uint64_t region = far ? chance_.pick(layout::far_regions) : chance_.pick(layout::low_regions);
    if (level == 2 && narrow) return region;
    const std::uint64_t half = region + (chance_.chance(500) ? layout::region_size / 2 : 0);
    if (level == 2) return half;
    return chance_.chance(300) ? region + (std::uint64_t{chance_.pick(window_.narrow)} << 12)
                               : half + (std::uint64_t{chance_.pick(window_.wide)} << 12);
  }

  /// An address bit that is not reserved, yet leads beyond all memory: often the last one. 0 if there is none.
  std::uint64_t beyond_memory(unsigned level) {
    constexpr unsigned first = 34;
    unsigned end = machine_.maxphyaddr;
    if (made_.mode == format::bits32) end = level == 1 ? 0 : end < 40 ? end : 40;
    if (end <= first) return 0;
    return std::uint64_t{1} << (chance_.chance(400) ? end - 1 : first + chance_.below(end - first));
  }

  /// A table for an entry of `level` to lead to: mostly a new one, at times one that another entry has already. 0: none
  /// left.
  std::uint64_t table_below(unsigned level) {
    const bool full = made_.tables_used == scene::max_tables;
    if (full || chance_.chance(80)) {
      const unsigned start = chance_.below(made_.tables_used);
      for (unsigned i = 0; i < made_.tables_used; ++i) {
        const unsigned t = (start + i) % made_.tables_used;
        if (levels_[t] == level - 1) return made_.tables[t];
      }
      if (full) return 0;
    }
    return new_table(level - 1, made_.mode != format::bits32 && machine_.far_memory && chance_.chance(500));
  }

  std::uint64_t new_table(unsigned level, bool far) {
    const std::uint64_t gpa =
        far ? layout::far_tables + 0x1000 * far_used_++ : layout::low_tables + 0x1000 * low_used_++;
    levels_[made_.tables_used] = level;
    made_.tables[made_.tables_used++] = gpa;
    return gpa;
  }

  /// The root, and full rights down to the table that maps the trampoline.
  void plant_trampoline() {
    const unsigned levels = top(made_.mode);
    const bool wide = made_.mode != format::bits32;
    // 4-level roots may lie anywhere; PAE's pointers may start at any multiple of 32 bytes.
    std::uint64_t table = new_table(levels, made_.mode == format::level4 && machine_.far_memory && chance_.chance(500));
    if (made_.mode == format::pae) table += 32 * chance_.below(128);
    made_.cr3 = table;
    for (unsigned level = levels; level > 1; --level) {
      const std::uint64_t next = level > 2 ? new_table(level - 1, false)
                                 : wide    ? layout::wide_trampoline
                                           : layout::narrow_trampoline;
      constexpr std::uint64_t full = x86::entry::present | x86::entry::write | x86::entry::user | x86::entry::accessed;
      const bool pointer = made_.mode == format::pae && level == 3;
      add(entry_address(level, table, layout::image), next | (pointer ? std::uint64_t{x86::entry::present} : full),
          {.next = next});
      table = next;
    }
  }

  const environment& machine_;
  const windows& window_;
  entry_maker& entries_;
  const swarm& rates_;
  random& chance_;
  scene& made_;
  bool pse_;
  unsigned low_used_ = 0, far_used_ = 0;
  unsigned levels_[scene::max_tables] = {};
  note notes_[scene::max_sites];
};

}  // namespace umbra::opguest
