// The paging formats, as facts that the one generic walk is compiled with: how many levels, how wide an entry is, where
// its address lies, when it maps a page. Which bits are reserved is in reserved.hpp.
//
// Sections are those of SDM volume 3 in the editions where paging is chapter 4.
#pragma once

#include <word/word.hpp>

#include "core/x86/control.hpp"
#include "core/x86/entry.hpp"
#include "models/reference/registers.hpp"

namespace umbra::reference {

/// Bits `high` down to `low`, as the SDM writes it: none if high < low.
constexpr std::uint64_t bits(unsigned high, unsigned low) {
  return high < low ? 0 : (~std::uint64_t{0} >> (63 - high)) & (~std::uint64_t{0} << low);
}

/// What 32-bit, PAE and 4-level paging derive from a few numbers (4.2).
template <unsigned Levels, unsigned Entry_shift, unsigned Linear_bits, unsigned Address_bits>
struct format {
  static constexpr unsigned levels = Levels;  ///< of tables in memory
  static constexpr unsigned entry_bytes = 1 << Entry_shift;
  static constexpr unsigned index_bits = 12 - Entry_shift;  ///< a table is one 4-KiB page
  static constexpr std::uint64_t linear_mask = bits(Linear_bits - 1, 0);
  static constexpr std::uint64_t table_mask = bits(Address_bits - 1, 12);

  /// log2 of what one entry of `level` covers; level 1 holds the entries that map 4-KiB pages.
  static constexpr unsigned shift(unsigned level) { return 12 + (level - 1) * index_bits; }

  /// Where the entry for a linear address is, in a table at `table`.
  static word entry_at(unsigned level, word table, word linear) {
    return table | (field(linear, shift(level), index_bits) << Entry_shift);
  }
};

/// 32-bit paging (4.3): CR3 holds the page directory; level 2 PDE, level 1 PTE.
struct bits32 : format<2, 2, 32, 32> {
  static constexpr bool has_no_execute = false;
  static constexpr bool rooted_in_memory = true;  ///< the first table is the one CR3 points at

  static word root(const registers& r, word) { return r.cr3 & table_mask; }
  static flag root_present(const registers&, word) { return flag(true); }

  /// PDE.PS counts only with CR4.PSE = 1 (4.3, table 4-4).
  static flag maps_page(unsigned level, word entry, const registers& r) {
    return level == 1 ? flag(true) : both(has(entry, x86::entry::large), has(r.cr4, x86::cr4::pse));
  }

  /// PSE-36: bits 20:13 of a PDE that maps a page are bits 39:32 of its address (4.3, table 4-4).
  static word frame(unsigned level, word entry) {
    return level == 1 ? entry & table_mask : (entry & bits(31, 22)) | (field(entry, 13, 8) << 32);
  }
};

/// PAE paging (4.4): four PDPTE registers, loaded beforehand, hold the page directories; level 2 PDE, level 1 PTE.
struct pae : format<2, 3, 32, 52> {
  static constexpr bool has_no_execute = true;
  static constexpr bool rooted_in_memory = false;

  /// Bits 31:30 of the linear address choose the register (4.4.2).
  static word pdpte(const registers& r, word linear) {
    const flag bit30 = has(linear, bits(30, 30));
    return select(has(linear, bits(31, 31)), select(bit30, r.pdpte[3], r.pdpte[2]),
                  select(bit30, r.pdpte[1], r.pdpte[0]));
  }
  static word root(const registers& r, word linear) { return pdpte(r, linear) & table_mask; }
  static flag root_present(const registers& r, word linear) { return has(pdpte(r, linear), x86::entry::present); }

  static flag maps_page(unsigned level, word entry, const registers&) {
    return level == 1 ? flag(true) : has(entry, x86::entry::large);
  }
  static word frame(unsigned level, word entry) { return entry & bits(51, shift(level)); }
};

/// 4-level paging (4.5): CR3 holds the PML4 table; level 4 PML4E, 3 PDPTE, 2 PDE, 1 PTE.
struct level4 : format<4, 3, 48, 52> {
  static constexpr bool has_no_execute = true;
  static constexpr bool rooted_in_memory = true;

  static word root(const registers& r, word) { return r.cr3 & table_mask; }
  static flag root_present(const registers&, word) { return flag(true); }

  /// A PML4E never maps a page: its bit 7 is reserved (4.5, table 4-15).
  static flag maps_page(unsigned level, word entry, const registers&) {
    return level == 1 ? flag(true) : level == 4 ? flag(false) : has(entry, x86::entry::large);
  }
  static word frame(unsigned level, word entry) { return entry & bits(51, shift(level)); }
};

}  // namespace umbra::reference
