// Cached upper-level paging-structure entries of one logical processor (SDM 4.10.3): PML4E, PDPTE and PDE caches,
// tagged by VPID. Each holds where the next table is and the rights of the path so far.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace umbra::machine {

struct structure {
  std::uint64_t prefix = 0;  ///< linear address bits that select the entry and those above it: gva >> shift_of(level)
  std::uint64_t entry = 0;   ///< as it was in memory, A set
  std::uint64_t table = 0;   ///< host frame of the table that the entry refers to
  std::uint16_t vpid = 0;
  std::uint8_t level = 0;    ///< of the entry itself: 4 PML4E, 3 PDPTE, 2 PDE
  bool write = false;        ///< rights of this entry and all above it
  bool user = false;
  bool execute = false;
};

class structure_cache {
 public:
  static constexpr unsigned per_level = 16;

  /// The lowest linear-address bit that does not select below an entry of `level`.
  static constexpr unsigned shift_of(unsigned level) { return 12 + 9 * (level - 1); }

  /// The cached entry of one level (2 to 4) for an address, or null.
  const structure* find(std::uint16_t vpid, unsigned level, std::uint64_t gva) const {
    const std::uint64_t prefix = gva >> shift_of(level);
    const unsigned slot = slot_of(level, prefix);
    const structure& s = entries_[slot];
    return (live_ >> slot & 1) && s.prefix == prefix && s.vpid == vpid ? &s : nullptr;
  }

  void insert(const structure& s) {
    const unsigned slot = slot_of(s.level, s.prefix);
    entries_[slot] = s;
    live_ |= std::uint64_t{1} << slot;
  }

  /// Drops whatever would be used for an address.
  void drop(std::uint16_t vpid, std::uint64_t gva) {
    for (unsigned level = 2; level <= 4; ++level) {
      if (find(vpid, level, gva)) live_ &= ~(std::uint64_t{1} << slot_of(level, gva >> shift_of(level)));
    }
  }

  void drop_vpid(std::uint16_t vpid) {
    for (std::uint64_t rest = live_; rest != 0; rest &= rest - 1) {
      const int slot = std::countr_zero(rest);
      if (entries_[slot].vpid == vpid) live_ &= ~(std::uint64_t{1} << slot);
    }
  }

  void clear() { live_ = 0; }

  /// Makes this the same as another one, without a look at what that one has dropped.
  void copy(const structure_cache& from) {
    live_ = from.live_;
    for (std::uint64_t rest = live_; rest != 0; rest &= rest - 1) {
      const int slot = std::countr_zero(rest);
      entries_[slot] = from.entries_[slot];
    }
  }

  unsigned size() const { return static_cast<unsigned>(std::popcount(live_)); }

  /// Calls `f(const structure&)` for each cached entry.
  template <class F>
  void for_each(F&& f) const {
    for (std::uint64_t rest = live_; rest != 0; rest &= rest - 1) f(entries_[std::countr_zero(rest)]);
  }

 private:
  static unsigned slot_of(unsigned level, std::uint64_t prefix) {
    return (level - 2) * per_level + (prefix ^ prefix >> 4 ^ prefix >> 9) % per_level;
  }

  std::array<structure, 3 * per_level> entries_{};
  std::uint64_t live_ = 0;
};

static_assert(3 * structure_cache::per_level <= 64);

}  // namespace umbra::machine
