// A shadow page's role, decoded: what the checkers ask of it again and again, as plain numbers.
#pragma once

#include <array>
#include <cstdint>

#include "models/invariants/subject.hpp"

namespace umbra::invariants {

/// The paging mode that a page is for, packed by this checker: equal exactly when everything that shapes entries
/// agrees. Modifiers that mean nothing in a format (XD in 32-bit paging, say) are left out.
struct mode_key {
  std::uint32_t bits;

  constexpr mmu::paging format() const { return static_cast<mmu::paging>(bits & 7); }
  constexpr bool wp() const { return bits >> 3 & 1; }
  constexpr bool nxe() const { return bits >> 4 & 1; }
  constexpr bool smep() const { return bits >> 5 & 1; }
  constexpr bool smap() const { return bits >> 6 & 1; }
  constexpr bool pse() const { return bits >> 7 & 1; }
  constexpr bool gbpages() const { return bits >> 8 & 1; }
  constexpr unsigned maxphyaddr() const { return bits >> 9 & 63; }
  friend constexpr bool operator==(mode_key, mode_key) = default;
};

mode_key key_of(const mmu::role&);
mode_key key_of(const reference::registers&);

/// Registers under which the reference model's entry rules are those of this mode.
reference::registers registers_of(mode_key);

struct role_facts {
  std::uint64_t role;            ///< packed
  std::uint64_t reserved;        ///< bits that must be 0 in a present guest entry
  std::uint64_t reserved_large;  ///< and in one that maps a large page
  std::uint64_t large;           ///< the bit that makes an entry map a large page, if there are any at this level
  mode_key mode;
  std::uint8_t level;
  std::uint8_t quadrant;
  std::uint8_t access;  ///< rights (permission_table.hpp)
  bool direct;
  bool dirty;            ///< the large entry above may be written through
  bool level_exists;     ///< in its mode
  bool quadrant_exists;  ///< in a table of its level
};

role_facts read(const mmu::role&);

/// Remembers the last ones: pages are many, roles are few.
class role_reader {
 public:
  const role_facts& operator()(const mmu::role& r) {
    role_facts& known = known_[(r.packed() ^ r.packed() >> 6 ^ r.packed() >> 9) % known_.size()];
    if (known.role != r.packed()) known = read(r);
    return known;
  }

 private:
  std::array<role_facts, 64> known_ = initial();

  /// What no role is at its place: that of another one.
  static constexpr std::array<role_facts, 64> initial() {
    std::array<role_facts, 64> none{};
    for (role_facts& r : none) r.role = ~std::uint64_t{0};
    return none;
  }
};

}  // namespace umbra::invariants
