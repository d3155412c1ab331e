// Values of single paging-structure entries, drawn at random: rights, ignored bits, A and D, and now and then a bit
// that is reserved. What they say is decided by the caller; how it is written down in each format is decided here.
#pragma once

#include "core/x86/entry.hpp"
#include "fuzz/guest/shared/windows.hpp"

namespace umbra::opguest {

/// How often, in 1000 entries, something is so in a scene. Drawn for each scene, so that rare combinations happen
/// (swarm testing).
struct swarm {
  unsigned write, user, no_execute, accessed_above, absent, reserved;
  bool nxe_varies;  ///< EFER.NXE is 0 for some accesses, for which NX bits are reserved
};

/// An entry's value; `spoilt` if it has a bit that is reserved, for some accesses at least.
struct drawn_entry {
  std::uint64_t value;
  bool spoilt;
};

/// Bits `high` to `low`.
constexpr std::uint64_t bit_range(unsigned high, unsigned low) {
  return high < low ? 0 : (~std::uint64_t{0} >> (63 - high)) & (~std::uint64_t{0} << low);
}

class entry_maker {
 public:
  entry_maker(const environment& machine, format mode, bool pse, const swarm& rates, random& chance)
      : machine_(machine), mode_(mode), pse_(pse), rates_(rates), chance_(chance) {}

  /// An entry that leads to the table at `table`.
  drawn_entry link(unsigned level, std::uint64_t table) {
    if (mode_ == format::pae && level == 3)
      return {table | x86::entry::present | (chance_.next() & directory_pointer_free), false};
    std::uint64_t value = table | common() | (chance_.next() & x86::entry::dirty);
    value |= when(chance_.chance(rates_.accessed_above), x86::entry::accessed);
    if (mode_ == format::bits32 && !pse_) value |= chance_.next() & x86::entry::large;  // ignored without CR4.PSE
    return spoil(value, level, false);
  }

  /// An entry that maps the page at `page`.
  drawn_entry leaf(unsigned level, std::uint64_t page) {
    std::uint64_t value = address(level, page) | common();
    value |= chance_.next() & (x86::entry::accessed | x86::entry::dirty);
    // QEMU sets A in these even if they deny the access: mostly set, lest that known difference hide others.
    if (level == 3) value |= when(chance_.chance(900), x86::entry::accessed);
    value |= level == 1 ? chance_.next() & x86::entry::large  // PAT
                        : x86::entry::large | (chance_.next() & x86::entry::large_pat);
    return spoil(value, level, true);
  }

  /// Anything at all, with P = 0.
  drawn_entry absent() { return {narrow(chance_.next64() & ~std::uint64_t{x86::entry::present}), false}; }

 private:
  static constexpr std::uint64_t directory_pointer_free = bit_range(11, 9) | bit_range(4, 3);
  static constexpr std::uint64_t free_bits = bit_range(11, 8) | bit_range(4, 3);

  static std::uint64_t when(bool condition, std::uint64_t bits) { return condition ? bits : 0; }
  std::uint64_t narrow(std::uint64_t value) const {
    return mode_ == format::bits32 ? static_cast<std::uint32_t>(value) : value;
  }

  /// Rights and ignored bits.
  std::uint64_t common() {
    std::uint64_t value = x86::entry::present | (chance_.next() & free_bits);
    value |=
        when(chance_.chance(rates_.write), x86::entry::write) | when(chance_.chance(rates_.user), x86::entry::user);
    if (mode_ == format::level4) value |= chance_.next64() & bit_range(62, 52);
    if (mode_ != format::bits32) value |= when(chance_.chance(rates_.no_execute), x86::entry::no_execute);
    return value;
  }

  /// The address of a page as the entry writes it: PSE-36 puts bits 39:32 into bits 20:13 (SDM 4.3).
  std::uint64_t address(unsigned level, std::uint64_t page) const {
    return mode_ == format::bits32 && level == 2 ? (page & bit_range(31, 22)) | ((page >> 32) << 13) : page;
  }

  /// Adds a reserved bit, rarely. Large pages and entries high up are few, so they get more.
  drawn_entry spoil(std::uint64_t value, unsigned level, bool leaf) {
    const std::uint64_t bit = chance_.chance(rates_.reserved * level) ? reserved_bit(level, leaf) : 0;
    return {value | bit, bit != 0 || (rates_.nxe_varies && (value & x86::entry::no_execute) != 0)};
  }

  /// One of the reserved bits, the first and the last of them more often than the others; 0 if there are none.
  std::uint64_t reserved_bit(unsigned level, bool leaf) {
    const std::uint64_t mask = reserved(level, leaf);
    if (mask == 0) return 0;
    const auto lowest = static_cast<unsigned>(__builtin_ctzll(mask));
    const auto highest = 63 - static_cast<unsigned>(__builtin_clzll(mask));
    const unsigned which = chance_.below(10);
    if (which < 3) return std::uint64_t{1} << lowest;
    if (which < 5) return std::uint64_t{1} << highest;
    for (;;) {
      const std::uint64_t bit = std::uint64_t{1} << (lowest + chance_.below(highest - lowest + 1));
      if (mask & bit) return bit;
    }
  }

  /// Which bits to spoil an entry with (SDM 4.3 to 4.5). Said again here, for generation only: an omission costs
  /// coverage, not truth.
  std::uint64_t reserved(unsigned level, bool leaf) const {
    const unsigned width = machine_.maxphyaddr;
    switch (mode_) {
      case format::bits32:
        return leaf && level == 2 ? bit_range(21, (width < 40 ? width : 40) - 19) : 0;
      case format::pae:
        return bit_range(62, width) | (leaf && level == 2 ? bit_range(20, 13) : 0);
      case format::level4:
        return bit_range(51, width) | (leaf && level == 2 ? bit_range(20, 13) : 0) |
               (leaf && level == 3 ? bit_range(29, 13) : 0) | (level == 4 ? std::uint64_t{x86::entry::large} : 0);
      default:
        return 0;
    }
  }

  const environment& machine_;
  format mode_;
  bool pse_;
  const swarm& rates_;
  random& chance_;
};

}  // namespace umbra::opguest
