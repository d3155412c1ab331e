// Scratch memory of the full checker. The caller supplies it, for the checkers have no heap; one serves any number of
// VMs, one after the other. What an earlier check left in it counts for nothing: every record carries the number of the
// check that wrote it.
#pragma once

#include <array>
#include <cstdint>

#include "models/invariants/known_roots.hpp"
#include "models/invariants/page_facts.hpp"
#include "models/invariants/permission_table.hpp"

namespace umbra::invariants {

class workspace {
 public:
  static constexpr unsigned page_limit = 1024, frame_limit = 4096;

  /// What the rebuilt sets say of one host frame of the guest's.
  struct frame_record {
    std::uint64_t number = 0;
    std::uint32_t check = 0;
    std::uint32_t leaves = 0;             ///< that map it
    std::uint32_t shadows = 0;            ///< live non-direct pages whose guest table it is
    const memory::frame* core = nullptr;  ///< the core's own record, once it was looked up
  };
  /// What they say of one shadow page.
  struct page_record {
    page_facts facts;
    std::uint32_t parents = 0;  ///< entries that point at it
    std::uint32_t entries = 0;  ///< of its own that are present
    std::uint32_t roots = 0;    ///< contexts' roots that are it, if `rooted` is the number of this check
    std::uint32_t rooted = 0;
    std::uint32_t hashed = 0;  ///< number of the check that met it in the hash
  };
  /// What the pool's pages say, all in all. Where that is as it should be, no pass need look at each page again.
  struct survey {
    unsigned free = 0;          ///< pages
    unsigned between = 0;       ///< pages that are neither free nor live
    std::uint64_t parents = 0;  ///< not 0: a page that is not live has parents
    std::uint64_t entries = 0;  ///< not 0: a page that is not live has entries
    std::uint64_t roots = 0;    ///< the sum of all root counts
  };

  workspace() = default;
  workspace(const workspace&) = delete;
  workspace& operator=(const workspace&) = delete;

  /// Forgets the last check, in constant time.
  void begin();
  std::uint32_t check() const { return check_; }

  page_record& page(unsigned ordinal) { return pages_[ordinal]; }

  /// Live pages in ascending order of ordinals.
  unsigned live() const { return live_; }
  unsigned live_at(unsigned n) const { return live_pages_[n]; }

  survey& pool() { return pool_; }

  /// How many contexts' roots a page is.
  std::uint32_t roots(unsigned ordinal) const { return pages_[ordinal].rooted == check_ ? pages_[ordinal].roots : 0; }
  void add_root(unsigned ordinal) {
    pages_[ordinal].roots = roots(ordinal) + 1;
    rooted_ += pages_[ordinal].roots == 1;
    pages_[ordinal].rooted = check_;
  }
  /// Pages that are roots.
  unsigned rooted() const { return rooted_; }

  /// Enters a live page, whose facts are in its record. False if its table's host frame is another live page's too.
  bool add_live(unsigned ordinal);
  /// The live page whose table is at a host frame, or null.
  page_record* table_at(std::uint64_t host_frame);

  /// The record of a frame, made if need be; null if there are more than `frame_limit`.
  frame_record* frame(std::uint64_t number);
  /// The record of a frame, or null if nothing was noted of it.
  const frame_record* find_frame(std::uint64_t number) const;
  unsigned frames() const { return frame_count_; }
  const frame_record& frame_at(unsigned n) const { return frames_[frame_list_[n]]; }
  frame_record& frame_at(unsigned n) { return frames_[frame_list_[n]]; }

  /// Enters (gfn, role) of a live page; the ordinal of one entered earlier with the same, else `ordinal` itself.
  unsigned add_identity(unsigned ordinal);

  const permission_table& permissions() const { return permissions_; }
  role_reader& roles() { return roles_; }

  /// What check_step() has found of the n-th context's roots.
  known_roots& roots_of(unsigned n) { return known_roots_[n]; }
  /// Memory maps have changed, or what is looked at next is another VM, or this one at another time.
  void forget_roots() {
    for (known_roots& k : known_roots_) k.forget();
  }

 private:
  static constexpr unsigned index_size = 4 * page_limit, frame_slots = 2 * frame_limit;
  struct index_slot {
    std::uint32_t check = 0;
    std::uint32_t ordinal = 0;
  };

  static unsigned spread(std::uint64_t key) { return static_cast<unsigned>((key * 0x9e37'79b9'7f4a'7c15) >> 40); }

  std::uint32_t check_ = 0;
  unsigned live_ = 0, frame_count_ = 0, rooted_ = 0;
  survey pool_;
  std::array<page_record, page_limit> pages_{};
  std::array<std::uint16_t, page_limit> live_pages_{};
  std::array<index_slot, index_size> by_table_{}, by_identity_{};
  std::array<frame_record, frame_slots> frames_{};
  std::array<std::uint16_t, frame_limit> frame_list_{};
  permission_table permissions_{};
  role_reader roles_{};
  std::array<known_roots, mmu::view::contexts()> known_roots_{};
};

}  // namespace umbra::invariants
