// A shadow page's role, decoded: what the checkers ask of it again and again, as plain numbers.
#pragma once

#include <cstddef>
#include <cstdint>

#include "models/invariants/subject.hpp"
#include "models/invariants/violation.hpp"

namespace umbra::invariants {

/// The paging mode that a page is for, packed by this checker: equal exactly when everything that shapes entries
/// agrees. Modifiers that mean nothing in a format (XD in 32-bit paging, say) are left out.
struct mode_key {
  std::uint32_t bits = 0;

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

struct page_facts {
  const mmu::page* page = nullptr;
  const std::byte* guest = nullptr;  ///< the guest table's bytes; null for direct pages
  std::uint64_t frame = 0;           ///< gfn, as the page has it
  std::uint64_t role = 0;            ///< packed
  std::uint64_t table = 0;           ///< host frame of the shadow table
  std::uint64_t guest_frame = 0;     ///< host frame of the guest table
  std::uint64_t reserved = 0;        ///< bits that must be 0 in a present guest entry
  std::uint64_t reserved_large = 0;  ///< and in one that maps a large page
  std::uint64_t large = 0;           ///< the bit that makes an entry map a large page, if there are any at this level
  mode_key mode{};
  std::uint8_t level = 0;
  std::uint8_t quadrant = 0;
  std::uint8_t access = 0;  ///< rights (permission_table.hpp)
  bool direct = false;
  bool dirty = false;  ///< the large entry above may be written through
  bool rom = false;    ///< the guest table is read-only memory: A and D count as set
};

/// Decodes a live page. What is wrong with the page in itself: a role that no path has (I8), copies of the role's parts
/// that disagree with it (I8), a guest table that is not where the memory map says (I1, I9).
violation decode(const subject&, const mmu::page&, page_facts& out);

}  // namespace umbra::invariants
