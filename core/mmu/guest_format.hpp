// The guest's paging-structure formats, each a small class of facts, handed to the one walker and the one interpreter.
// A level is the guest's: 1 is the table whose entries map 4-KiB pages.
#pragma once

#include "core/mmu/access.hpp"
#include "core/mmu/mode.hpp"
#include "core/x86/entry.hpp"

namespace umbra::mmu {

/// Physical-address bits in 51:12 that a processor with `maxphyaddr` does not have.
constexpr std::uint64_t absent_address_bits(unsigned maxphyaddr) {
  return x86::entry::address_mask & ~((std::uint64_t{1} << maxphyaddr) - 1);
}

/// What the rules about entries depend on, beside the format.
struct entry_rules {
  flag nxe = false;
  flag pse = false;
  flag gbpages = false;
  unsigned maxphyaddr = 36;
};

constexpr entry_rules rules_of(const mode& m) { return {m.nxe, m.pse, m.gbpages, m.maxphyaddr}; }

/// 32-bit paging (SDM 4.3): two levels of 1024 four-byte entries; 4-MiB pages with PSE, up to 40 bits of address (PSE-36).
struct format_bits32 {
  static constexpr unsigned levels = 2, entry_bytes = 4;

  static word index(word where, unsigned level) { return field(where, level == 1 ? 12 : 22, 10); }
  static flag large(const entry_rules& r, unsigned level, word entry) {
    return level == 1 ? flag{false} : both(r.pse, has(entry, x86::entry::large));
  }
  static word reserved(const entry_rules& r, unsigned, flag large) {
    const unsigned width = r.maxphyaddr < 40 ? r.maxphyaddr : 40;
    const std::uint64_t absent = 0x003f'ffff & ~((std::uint64_t{1} << (width - 19)) - 1);
    return when(large, absent);
  }
  /// First frame of a large page: bits 31:22, with 20:13 as address bits 39:32.
  static gfn large_frame(unsigned, word entry) {
    return {(field(entry, 22, 10) << 10) | (field(entry, 13, 8) << 20)};
  }
  static gfn frame(word entry) { return {field(entry, 12, 20)}; }
  /// Which 4-KiB frame of a large page an address falls into.
  static word frame_within_large(word where, unsigned) { return field(where, 12, 10); }
};

/// PAE and 4-level paging (SDM 4.4, 4.5): 512 eight-byte entries a table.
struct format_wide {
  static constexpr unsigned entry_bytes = 8;

  static word index(word where, unsigned level) { return field(where, 12 + 9 * (level - 1), 9); }
  static gfn large_frame(unsigned level, word entry) {
    return {field(entry, 12 + 9 * (level - 1), 40 - 9 * (level - 1)) << (9 * (level - 1))};
  }
  static gfn frame(word entry) { return {field(entry, 12, 40)}; }
  static word frame_within_large(word where, unsigned level) { return field(where, 12, 9 * (level - 1)); }

 protected:
  /// The low address bits of a large page's entry that must be zero; bit 12 is PAT.
  static constexpr std::uint64_t large_low_bits(unsigned level) {
    return ((std::uint64_t{1} << (12 + 9 * (level - 1))) - 1) & ~std::uint64_t{0x1fff};
  }
  static word common_reserved(const entry_rules& r, unsigned level, flag large) {
    return word{absent_address_bits(r.maxphyaddr)} | when(negate(r.nxe), x86::entry::no_execute) |
           when(large, large_low_bits(level));
  }
};

/// PAE paging below the directory-pointer registers: page directories and page tables.
struct format_pae : format_wide {
  static constexpr unsigned levels = 2;

  static flag large(const entry_rules&, unsigned level, word entry) {
    return level == 2 ? has(entry, x86::entry::large) : flag{false};
  }
  static word reserved(const entry_rules& r, unsigned level, flag large) {
    constexpr std::uint64_t bits_62_52 = std::uint64_t{0x7ff} << 52;
    return common_reserved(r, level, large) | word{bits_62_52};
  }
};

struct format_level4 : format_wide {
  static constexpr unsigned levels = 4;

  static flag large(const entry_rules& r, unsigned level, word entry) {
    const flag set = has(entry, x86::entry::large);
    if (level == 2) return set;
    if (level == 3) return both(r.gbpages, set);
    return flag{false};
  }
  /// PS is reserved in a PML4E, and in a PDPTE where there are no 1-GiB pages.
  static word reserved(const entry_rules& r, unsigned level, flag large) {
    word bits = common_reserved(r, level, large);
    if (level == 4) bits = bits | word{x86::entry::large};
    if (level == 3) bits = bits | when(negate(r.gbpages), x86::entry::large);
    return bits;
  }
};

constexpr unsigned entry_bytes(paging format) {
  return format == paging::bits32 ? format_bits32::entry_bytes : format_wide::entry_bytes;
}

/// The rights that one entry grants by itself. XD denies only where EFER.NXE gives it a meaning; elsewhere it is reserved.
constexpr rights rights_of(word entry) {
  return {has(entry, x86::entry::write), has(entry, x86::entry::user), negate(has(entry, x86::entry::no_execute))};
}

}  // namespace umbra::mmu
