// What translations that a processor still caches may have been made from: the values that entries and root registers
// have had, and the stretches of time between invalidations (4.10).
//
// Time is any counter that grows with every write to guest memory or to a register. The keeper of the history is the
// caller: it logs writes and invalidations, and lists eras for the one address that it asks about.
#pragma once

#include <array>
#include <concepts>
#include <limits>

#include <word/word.hpp>

namespace umbra::reference {

using moment = std::uint64_t;
constexpr moment never = std::numeric_limits<moment>::max();

/// A value that an entry in guest memory had from `born` until just before `died` (`never`: it still has it).
struct version {
  word value{0};
  moment born = 0;
  moment died = never;
};

/// What CR3 and the PDPTE registers held, likewise.
struct root_version {
  word cr3{0};
  std::array<word, 4> pdpte{};
  moment born = 0;
  moment died = never;
};

/// A stretch of time in which a translation of the address may have been cached and kept until now: no event in it
/// emptied the paging-structure caches, and no event since its end removed the translation from the TLBs (4.10.4.1). So
/// a cached translation was read within one era. For an address the eras are, going back from now:
/// - the current one, to the last invalidation of any kind; the access itself reads memory from `fresh` on;
/// - before an INVLPG of another page, which empties the paging-structure caches for all, one more;
/// - before a MOV to CR3, one more, of which only global pages remain (4.10.2.4), as of all before it;
/// - an INVLPG or a page fault of this page (`invlpg_covers`, `fault_covers`), or an invalidation of everything, ends
///   the list.
struct era {
  moment first = 0;      ///< when it begins
  moment last = never;   ///< its last moment
  moment fresh = never;  ///< when the access began, in the current era; later than `last` in all others
  bool global_only = false;
};

/// What a caller keeps.
template <class History>
concept history = requires(const History& h, word gpa, unsigned bytes, unsigned i) {
  /// Whether memory stands behind an entry now. If not, none of its versions is alive now.
  { h.backed(gpa) } -> std::convertible_to<flag>;
  /// The versions of an entry of 4 or 8 bytes, in any order. Those that died before the oldest era may be left out. In
  /// a read-only slot, where A and D cannot be set, give them with A and D set: they are cached all the same.
  { h.count(gpa, bytes) } -> std::convertible_to<unsigned>;
  { h.value(gpa, bytes, i) } -> std::convertible_to<version>;
  /// The versions of the root registers.
  { h.root_count() } -> std::convertible_to<unsigned>;
  { h.root(i) } -> std::convertible_to<root_version>;
  /// The eras of the address that is asked about.
  { h.era_count() } -> std::convertible_to<unsigned>;
  { h.period(i) } -> std::convertible_to<era>;
};

/// Whether INVLPG of `operand` removes every cached translation of `gva`. `page_shift` is the size of the operand's
/// page as the tables specify it now (12 if they specify none): TLBs may hold a large page in fragments, and are sure
/// to drop all of them only for the page that the tables specify (4.10.4.1).
inline flag invlpg_covers(word operand, unsigned page_shift, word gva) {
  return (operand >> page_shift) == (gva >> page_shift);
}

/// Whether a page fault at `operand` does. It empties less of the paging-structure caches than INVLPG: what would be
/// used for `operand` (4.10.4.1). Within a 1-GiB page other addresses may have PDE-cache entries of their own.
inline flag fault_covers(word operand, unsigned page_shift, word gva) {
  return invlpg_covers(operand, page_shift == 30 ? 21 : page_shift, gva);
}

}  // namespace umbra::reference
