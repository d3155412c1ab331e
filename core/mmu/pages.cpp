// The life of shadow pages: built on demand, kept by use, zapped, and freed once no processor can remember them.

#include "core/mmu/mmu.hpp"
#include "core/mmu/shadow_format.hpp"
#include "core/platform/assert.hpp"

namespace umbra::mmu {

page& mmu::find_or_build(const context& c, gfn frame, role r, unsigned level, bool direct, bool& built) {
  built = false;
  if (page* known = hash_.find(frame, r)) return *known;
  ++counters_.cache_miss;
  built = true;

  page& p = pool_.take();
  p.state = page_state::live;
  p.frame = frame;
  p.role = r;
  p.direct = direct;
  p.format = c.mode.format;
  p.level = level;
  p.maxphyaddr = c.mode.maxphyaddr;
  p.writes = 0;
  hash_.insert(p);
  join_list(p);
  ++live_;
  if (direct) {
    p.backing = nullptr;
    p.rom = false;
    return p;
  }
  const memory::lookup table = memory_.find_canonical(frame);
  UMBRA_ASSERT(table.backing != nullptr);
  p.backing = table.backing;
  p.rom = table.read_only;
  p.next_shadow = p.backing->shadows;
  p.backing->shadows = &p;
  // From here on no vCPU can change the table unseen; what was read before is only a hint.
  write_protect(*p.backing);
  if (flush_pending_) flush_now();
  return p;
}

void mmu::zap(page& p) {
  UMBRA_ASSERT(p.state == page_state::live);
  ++counters_.shadow_zapped;
  for (word i{}; p.used != 0; drop(p, i)) {
    i = p.entries->next_used(i);
    UMBRA_ASSERT(i < word{table::entries});
  }
  while (p.parents != word{0}) {
    const entry_ref parent = chain::at(pool_, p.parents);
    drop(*parent.owner, parent.index);
  }
  UMBRA_ASSERT(p.parent_count == 0);
  hash_.remove(p);
  leave_list(p);
  --live_;
  if (p.backing != nullptr) {
    page** at = &p.backing->shadows;
    while (*at != &p) at = &(*at)->next_shadow;
    *at = p.next_shadow;
    p.next_shadow = nullptr;
    p.backing = nullptr;
  }
  if (p.root_count != 0) {
    // A vCPU still runs on it. The flush sends that vCPU out of guest mode, and on its way back it loads other roots.
    p.state = page_state::invalid;
    flush_pending_ = true;
    for (context* c : contexts_) {
      if (c == nullptr) continue;
      for (const page* root : c->roots) {
        if (root == &p) c->loaded = false;
      }
    }
    return;
  }
  p.state = page_state::doomed;
  p.hash_next = doomed_;
  doomed_ = &p;
}

void mmu::join_list(page& p) {
  p.newer = nullptr;
  p.older = newest_;
  if (newest_ != nullptr) newest_->newer = &p;
  newest_ = &p;
  if (oldest_ == nullptr) oldest_ = &p;
}

void mmu::leave_list(page& p) {
  (p.newer != nullptr ? p.newer->older : newest_) = p.older;
  (p.older != nullptr ? p.older->newer : oldest_) = p.newer;
  p.newer = p.older = nullptr;
}

void mmu::touch(page& p) {
  p.writes = 0;
  if (newest_ == &p) return;
  leave_list(p);
  join_list(p);
}

void mmu::zap_oldest(unsigned wanted) {
  unsigned doomed = 0;
  for (page* p = oldest_; p != nullptr && pool_.available() + doomed < wanted;) {
    page& candidate = *p;
    p = p->newer;
    if (candidate.root_count != 0) continue;
    ++counters_.recycled;
    zap(candidate);
    ++doomed;
  }
}

void mmu::make_room() {
  if (pool_.available() >= free_floor) return;
  const unsigned spare = pool_.size() - attached_ * roots_a_vcpu - recent_pages;
  zap_oldest(spare < refill ? spare : refill);
  commit();
  UMBRA_ASSERT(pool_.available() >= free_floor);
}

void mmu::zap_everything() {
  while (newest_ != nullptr) zap(*newest_);
}

void mmu::flush_now() {
  flush_pending_ = false;
  ++counters_.remote_tlb_flush;
  platform::flush_all(host_);
}

void mmu::commit() {
  if (flush_pending_) flush_now();
  while (doomed_ != nullptr) {
    page& p = *doomed_;
    doomed_ = p.hash_next;
    pool_.give(p);
  }
}

}  // namespace umbra::mmu
