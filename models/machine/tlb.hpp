// Cached translations of one logical processor (SDM 4.10.2), tagged by VPID (SDM 29.4.1).
//
// 64 sets of two ways; the older way of a set goes first, so that the same input always evicts the same entries.
// Nothing else leaves but by an invalidation.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace umbra::machine {

/// One 4-KiB linear page's translation. A page fragment of a large page is one of these.
struct translation {
  std::uint64_t page = 0;   ///< linear page number
  std::uint64_t frame = 0;  ///< host frame
  std::uint16_t vpid = 0;
  bool write = false;       ///< rights of the whole path, as they were when it was walked
  bool user = false;
  bool execute = false;
  bool dirty = false;       ///< D was set in the leaf; a write through an entry without it walks again
};

class tlb {
 public:
  static constexpr unsigned sets = 64, ways = 2;

  const translation* find(std::uint16_t vpid, std::uint64_t page) const {
    const unsigned set = set_of(page);
    for (unsigned way = 0; way < ways; ++way) {
      const translation& t = entries_[way][set];
      if ((live_[way] >> set & 1) && t.page == page && t.vpid == vpid) return &t;
    }
    return nullptr;
  }

  /// Puts a translation in, in place of an older one of the same page.
  void insert(const translation& t) {
    drop(t.vpid, t.page);
    const unsigned set = set_of(t.page);
    if (live_[0] >> set & 1) {
      entries_[1][set] = entries_[0][set];
      live_[1] |= std::uint64_t{1} << set;
    }
    entries_[0][set] = t;
    live_[0] |= std::uint64_t{1} << set;
  }

  void drop(std::uint16_t vpid, std::uint64_t page) {
    if (const translation* t = find(vpid, page)) {
      const unsigned way = t < &entries_[1][0] ? 0 : 1;
      live_[way] &= ~(std::uint64_t{1} << set_of(page));
    }
  }

  void drop_vpid(std::uint16_t vpid) {
    for (unsigned way = 0; way < ways; ++way) {
      for (std::uint64_t rest = live_[way]; rest != 0; rest &= rest - 1) {
        const int set = std::countr_zero(rest);
        if (entries_[way][set].vpid == vpid) live_[way] &= ~(std::uint64_t{1} << set);
      }
    }
  }

  void clear() { live_ = {}; }

  /// Makes this the same as another one, without a look at what that one has dropped.
  void copy(const tlb& from) {
    live_ = from.live_;
    for (unsigned way = 0; way < ways; ++way) {
      for (std::uint64_t rest = live_[way]; rest != 0; rest &= rest - 1) {
        const int set = std::countr_zero(rest);
        entries_[way][set] = from.entries_[way][set];
      }
    }
  }

  unsigned size() const { return static_cast<unsigned>(std::popcount(live_[0]) + std::popcount(live_[1])); }

  /// Calls `f(const translation&)` for each cached translation.
  template <class F>
  void for_each(F&& f) const {
    for (unsigned way = 0; way < ways; ++way) {
      for (std::uint64_t rest = live_[way]; rest != 0; rest &= rest - 1) f(entries_[way][std::countr_zero(rest)]);
    }
  }

 private:
  // Guests like power-of-two strides: fold higher index bits in, or page 0 of each table would fight for one set.
  static unsigned set_of(std::uint64_t page) { return (page ^ page >> 6 ^ page >> 9 ^ page >> 18 ^ page >> 27) % sets; }

  std::array<std::array<translation, sets>, ways> entries_{};
  std::array<std::uint64_t, ways> live_{};
};

}  // namespace umbra::machine
