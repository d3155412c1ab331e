// A processor with TLB and paging-structure caches that keeps, drops and uses entries as chance has it, within 4.10.
#pragma once

#include <random>
#include <vector>

#include "models/reference/test/timeline.hpp"

namespace umbra::reference::test {

template <class Format>
class caching_processor {
 public:
  caching_processor(timeline& guest, std::mt19937_64& random) : guest_(guest), random_(random) {}

  /// One access, with caches used or not as chance has it. A page fault invalidates (4.10.4.1).
  observed go(word gva, const access& by) {
    gva &= Format::linear_mask;
    const observed seen = translate(gva, by);
    if (seen.faults) {
      const unsigned shift = walk(guest_.ram(), guest_.state(), gva, {}).page_shift;
      std::erase_if(structures_, [&](const structure& s) { return s.serves(gva); });
      drop_page(gva, shift);
    }
    return seen;
  }
  void speculate(word gva) { translate(gva & Format::linear_mask, {}); }

  void invlpg(word gva) {
    gva &= Format::linear_mask;
    structures_.clear();
    drop_page(gva, walk(guest_.ram(), guest_.state(), gva, {}).page_shift);
  }
  void roots_changed() {
    structures_.clear();
    std::erase_if(tlb_, [](const translation_entry& t) { return !t.global; });
  }
  void flush() {
    structures_.clear();
    tlb_.clear();
  }

 private:
  struct structure {
    unsigned level;  ///< of the entry that it holds
    word tag, table;
    rights path;
    bool serves(word gva) const { return gva >> Format::shift(level) == tag; }
  };
  struct translation_entry {
    unsigned shift;
    word tag, frame;
    rights path;
    bool dirty, global;
    bool serves(word gva) const { return gva >> shift == tag; }
  };

  bool chance(unsigned one_in) { return random_() % one_in == 0; }

  void drop_page(word gva, unsigned shift) {
    std::erase_if(tlb_, [&](const translation_entry& t) {
      return t.serves(gva) || (t.shift <= shift && t.tag >> (shift - t.shift) == gva >> shift);
    });
  }

  observed translate(word gva, const access& by) {
    for (const translation_entry& t : tlb_)
      if (t.serves(gva) && !chance(4) && (t.dirty || !by.write || !permitted(t.path, by, guest_.state())))
        return judged(t.path, t.frame | (gva & bits(t.shift - 1, 0)), by);

    unsigned level = Format::levels;
    word table = Format::root(guest_.state(), gva);
    rights path;
    if (!Format::root_present(guest_.state(), gva)) return fault({.not_present = true}, by);
    for (const structure& s : structures_)
      if (s.serves(gva) && s.level <= level && !chance(3)) level = s.level - 1, table = s.table, path = s.path;

    for (;; --level) {
      const word at = Format::entry_at(level, table, gva);
      const word entry = guest_.ram().read(at, Format::entry_bytes);
      if (!has(entry, present)) return fault({.not_present = true}, by);
      if ((entry & reserved_bits<Format>(level, entry, guest_.state())) != 0) return fault({.reserved = true}, by);
      path = narrowed<Format>(path, entry);
      if (Format::maps_page(level, entry, guest_.state())) {
        const word frame = Format::frame(level, entry);
        const observed seen = judged(path, frame | (gva & bits(Format::shift(level) - 1, 0)), by);
        if (!seen.faults) fill(gva, level, at, entry, frame, path, by);
        return seen;
      }
      mark(at, entry, accessed);
      table = entry & Format::table_mask;
      structures_.push_back({level, gva >> Format::shift(level), table, path});
    }
  }

  observed fault(const cause& why, const access& by) const {
    return {.faults = true, .error_code = error_code(why, by, guest_.state())};
  }
  observed judged(const rights& path, word address, const access& by) const {
    return permitted(path, by, guest_.state()) ? observed{.address = address} : fault({}, by);
  }
  void mark(word at, word entry, word set) {
    if ((entry & set) != set) guest_.put(at, entry | set);
  }
  void fill(word gva, unsigned level, word at, word entry, word frame, const rights& path, const access& by) {
    mark(at, entry, accessed | (by.write ? dirty : 0));
    const bool is_dirty = by.write || has(entry, dirty), is_global = has(entry, global) && global_pages(guest_.state());
    unsigned shift = Format::shift(level);
    if (chance(2)) frame |= gva & bits(shift - 1, 12), shift = 12;  // a fragment of a large page (4.10.2.3)
    tlb_.push_back({shift, gva >> shift, frame, path, is_dirty, is_global});
    if (tlb_.size() > 24) tlb_.erase(tlb_.begin() + random_() % tlb_.size());
    if (structures_.size() > 16) structures_.erase(structures_.begin() + random_() % structures_.size());
  }

  timeline& guest_;
  std::mt19937_64& random_;
  std::vector<structure> structures_;
  std::vector<translation_entry> tlb_;
};

}  // namespace umbra::reference::test
