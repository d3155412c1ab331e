// Read-only access to the MMU's state, for checkers. It shows what is stored and draws no conclusion from it.
#pragma once

#include "core/mmu/mmu.hpp"

namespace umbra::mmu {

class view {
 public:
  explicit view(const mmu& m) : mmu_(m) {}

  /// Every page of the pool, in any state, by ordinal.
  unsigned pages() const { return mmu_.pool_.size(); }
  const page& page_at(unsigned ordinal) const { return mmu_.pool_.at(ordinal); }
  /// The page whose table is at a host frame, or null.
  const page* page_of(hfn where) const { return mmu_.pool_.find(where); }

  /// The pool's own account of its free pages; the list is linked by hash_next.
  unsigned free_pages() const { return mmu_.pool_.available(); }
  const page* first_free() const { return mmu_.pool_.first_free(); }

  /// The hash by (gfn, role), linked by hash_next.
  unsigned buckets() const { return mmu_.hash_.buckets(); }
  const page* bucket(unsigned n) const { return mmu_.hash_.bucket(n); }

  /// The list of live pages by use; linked by `older` from the newest and by `newer` from the oldest.
  const page* newest() const { return mmu_.newest_; }
  const page* oldest() const { return mmu_.oldest_; }
  /// The MMU's own count of live pages.
  unsigned live_pages() const { return mmu_.live_; }

  /// The vCPUs; null where none is attached.
  static constexpr unsigned contexts() { return mmu::context_limit; }
  const context* context_at(unsigned n) const { return mmu_.contexts_[n]; }

  /// The entry that a chain name stands for (name != 0), and the name that follows.
  entry_ref entry_at(word name) const { return chain::at(mmu_.pool_, name); }
  static word next(const entry_ref& e) { return chain::next(e); }

  /// Whether a right was removed that some processor may still have cached.
  bool flush_pending() const { return mmu_.flush_pending_; }

  memory::space& memory() const { return mmu_.memory_; }
  /// What the MMU has allocated beside tables, by its own account.
  std::uint64_t bytes() const { return mmu_.pool_.bytes() + mmu_.hash_.bytes(); }

 private:
  const mmu& mmu_;
};

}  // namespace umbra::mmu
