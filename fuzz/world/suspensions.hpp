// Shadow entries that may lag behind the guest's tables, because the VMM or a device overwrote the guest entry behind
// the core's back. Each stays on the list until the core has rewritten or dropped the shadow entry, or has itself
// performed a write to the guest entry, or an INVLPG of an address whose path goes through it.
#pragma once

#include <vector>

#include "core/mmu/view.hpp"
#include "models/machine/journal.hpp"

namespace umbra::fuzz {

class suspensions {
 public:
  void clear() { list_.clear(); }
  bool empty() const { return list_.empty(); }
  std::size_t size() const { return list_.size(); }

  /// Bytes of guest memory, inside one frame, were overwritten behind the core's back; `at` is that store in the
  /// journal.
  void overwritten(const mmu::view&, std::uint64_t hpa, unsigned bytes, std::size_t at);
  /// The core performed a write (not an update of accessed and dirty bits) of guest memory, which store `at` is. What
  /// was overwritten later stays suspended.
  void written(const machine::stored&, std::size_t at);
  /// INVLPG went through a shadow entry: it agrees with the guest's now, as far as that was overwritten before store
  /// `begun`.
  void invalidated(unsigned page, unsigned index, std::size_t begun);
  /// Takes those off the list whose shadow entry is no longer what it was. Called at the end of each op.
  void sweep(const mmu::view&);

  /// Whether a shadow entry may disagree with the guest's.
  bool covers(unsigned page, unsigned index) const;
  /// Whether the shadow of a guest entry may disagree with it.
  bool covers_guest(std::uint64_t hpa) const;

 private:
  struct item {
    unsigned page, index;
    word frame, role;   ///< of the page, which another may replace
    std::uint64_t hpa;  ///< of the guest entry
    unsigned bytes;
    std::size_t at;  ///< the store that overwrote it
    word value;      ///< of the shadow entry at the end of the op; none before
    bool settled;
  };
  std::vector<item> list_;
};

}  // namespace umbra::fuzz
