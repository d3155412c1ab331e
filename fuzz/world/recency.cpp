// The list of shadow pages by use: what a fault was just resolved through is the newest, and reclaim takes from the
// oldest on, no more than it was asked for. Were it otherwise, an instruction's own paths could evict each other (I13),
// and a guest's working set would be dropped while tables that nobody uses stay.
#include <algorithm>

#include "core/x86/entry.hpp"
#include "fuzz/world/world.hpp"

namespace umbra::fuzz {

/// The page of level 1 that the core's own tables lead to for an address; null if the path ends before.
const mmu::page* world::leaf_page(unsigned vcpu, std::uint64_t gva) const {
  const mmu::view v(*mmu_);
  const mmu::context& c = guest(vcpu).context();
  const mmu::page* p = c.roots[c.mode.format == mmu::paging::level4 ? 0 : gva >> 30 & 3];
  while (p != nullptr && p->level > 1) {
    const std::uint64_t entry = p->entries->get(gva >> (page_shift + 9 * (p->level - 1)) & 511);
    if ((entry & x86::entry::present) == 0) return nullptr;
    p = v.page_of({(entry & x86::entry::address_mask) >> page_shift});
  }
  return p;
}

/// An access that hardware made right after the core had set a leaf for it: that path was used last.
void world::judge_recency(const attempt& a) {
  const mmu::page* used = leaf_page(a.vcpu, a.last_fault);
  const mmu::page* newest = mmu::view(*mmu_).newest();
  if (used == nullptr || used == newest) return;
  fail("I13", "the page last used, %u, is not the newest in the list of pages by use: %u is", used->ordinal,
       newest == nullptr ? ~0u : newest->ordinal);
}

world::use_order world::pages_by_use() const {
  use_order order;
  for (const mmu::page* p = mmu::view(*mmu_).oldest(); p != nullptr && order.count < order.pages.size(); p = p->newer) {
    if (p->root_count == 0) order.pages[order.count++] = static_cast<std::uint16_t>(p->ordinal);
  }
  return order;
}

/// After a reclaim of `wanted` pages, of which `free` were there before.
void world::judge_reclaim(const use_order& before, unsigned wanted, unsigned free) {
  const mmu::view v(*mmu_);
  const unsigned due = std::min(before.count, wanted > free ? wanted - free : 0);
  for (unsigned n = 0; n < before.count; ++n) {
    const mmu::page& p = v.page_at(before.pages[n]);
    const bool live = p.state == mmu::page_state::live;
    if (live == (n >= due)) continue;
    fail("I12", "reclaim of %u pages, %u of them free before, %s shadow page %u, the %uth by age", wanted, free,
         live ? "kept" : "dropped", p.ordinal, n);
    return;
  }
}

}  // namespace umbra::fuzz
