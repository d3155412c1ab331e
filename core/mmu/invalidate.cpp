// INVLPG.

#include <word/array.hpp>

#include "core/mmu/mmu.hpp"
#include "core/mmu/shadow_format.hpp"
#include "core/platform/assert.hpp"
#include "core/platform/lock.hpp"

namespace umbra::mmu {

/// Compares every shadow entry on the address's path with the guest's entry. Where they differ (a device wrote to the
/// table, say) the shadow gives way, with the flush that any lost right brings; where they agree, what processors have
/// cached agrees too. Syncing a directory entry takes all of a large page with it, as INVLPG must (SDM 4.10.4.1).
void mmu::invalidate(context& c, gva reported) {
  platform::guard locked(host_);
  ++counters_.invlpg;
  if (!c.loaded) return;
  const gva where = linear(c.mode, reported);
  page* p = c.mode.format == paging::level4 ? c.roots[0] : at(c.roots, field(where.value, 30, 2));
  while (p != nullptr) {
    const word index = shadow::index(where, p->level);
    if (!p->direct) sync(*p, guest_index(*p, index));
    const word entry = p->entries->get(index);
    if (p->level == 1 || !shadow::present(entry)) break;
    p = pool_.find(shadow::target(entry));
  }
  commit();
}

}  // namespace umbra::mmu
