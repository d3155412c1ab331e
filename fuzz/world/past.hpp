// What one vCPU's processor may still remember: its root registers over time, and the invalidations that the
// architecture required of it. Kept by appending; read only when an outcome is not what the tables say now.
//
// Time is the number of entries in the journal of stores, which register writes and invalidations mark too. A value
// that store n replaces was in memory until moment n, the value that it leaves from moment n + 1.
#pragma once

#include <vector>

#include "fuzz/world/guest_view.hpp"
#include "models/reference/history.hpp"
#include "models/reference/registers.hpp"

namespace umbra::fuzz {

/// An event that empties caches.
struct invalidation {
  enum class scope : std::uint8_t {
    all,         ///< every translation and structure
    not_global,  ///< translations that are not global, and all structures (MOV to CR3)
    page,        ///< translations of one page, and all structures (INVLPG)
    fault,       ///< translations of one page, and the structures on its path (a page fault)
  };
  reference::moment at = 0;
  scope what = scope::all;
  unsigned page_shift = 12;
  word gva{};
};

class past {
 public:
  void start(const reference::registers&);
  /// The registers are these from now on.
  void registers_changed(reference::moment now, const reference::registers&);
  void invalidated(const invalidation& i) { invalidations_.push_back(i); }

  const std::vector<reference::root_version>& roots() const { return roots_; }
  const std::vector<invalidation>& invalidations() const { return invalidations_; }

 private:
  std::vector<reference::root_version> roots_;
  std::vector<invalidation> invalidations_;
};

/// The value that `bytes` at `hpa` had at a moment.
word value_at(const machine::ram&, std::uint64_t hpa, unsigned bytes, reference::moment);

/// The past of one vCPU as the model's stale walk asks for it, for accesses to one address.
class recollection {
 public:
  /// `fresh`: when the access began. With `boundless`, nothing was ever invalidated and order does not matter: what
  /// shadow tables may still say after writes behind the core's back.
  recollection(const past&, const guest_view&, word gva, reference::moment fresh, bool boundless);

  bool backed(word gpa) const { return view_.backed(gpa); }
  unsigned count(word gpa, unsigned bytes) const;
  reference::version value(word gpa, unsigned bytes, unsigned n) const;
  unsigned root_count() const { return static_cast<unsigned>(past_.roots().size()); }
  reference::root_version root(unsigned n) const;
  unsigned era_count() const { return static_cast<unsigned>(eras_.size()); }
  reference::era period(unsigned n) const { return eras_[n]; }

 private:
  struct entry {
    word gpa;
    unsigned bytes;
    std::vector<reference::version> versions;
  };
  const entry& recall(word gpa, unsigned bytes) const;

  const past& past_;
  const guest_view& view_;
  bool boundless_;
  std::vector<reference::era> eras_;
  mutable std::vector<entry> entries_;
};

}  // namespace umbra::fuzz
