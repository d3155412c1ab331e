// Writes that the core performs for the guest or the VMM, and what they mean for the shadows of guest tables.

#include "core/mmu/mmu.hpp"
#include "core/mmu/straddle.hpp"
#include "core/platform/assert.hpp"
#include "core/platform/lock.hpp"

namespace umbra::mmu {

bool mmu::write_physical(gpa where, word value, unsigned bytes) {
  UMBRA_ASSERT(bytes >= 1 && bytes <= 8);
  platform::guard locked(host_);
  const memory::lookup to = memory_.find(frame_of(where));
  const word offset = offset_in_page(where.value);
  if (to.backing == nullptr || offset + bytes > word{page_size}) return false;
  store(*to.backing, offset, value, bytes);
  commit();
  return true;
}

void mmu::store(memory::frame& f, word offset, word value, unsigned bytes) {
  platform::write(host_, address_of(f.number) + offset, value & word{byte_mask(bytes)}, bytes);
  written(f, offset, bytes);
}

/// Memory has changed: logs and shadows follow.
void mmu::written(memory::frame& f, word offset, unsigned bytes) {
  memory_.mark_dirty(f);
  for (page* p = f.shadows; p != nullptr;) {
    page& shadow = *p;
    p = p->next_shadow;
    table_written(shadow, offset, bytes);
  }
}

void mmu::table_written(page& p, word offset, unsigned bytes) {
  ++counters_.pte_write;
  if (++p.writes > flood_limit) {
    ++counters_.flooded;
    zap(p);
    return;
  }
  sync_range(p, offset, bytes);
}

}  // namespace umbra::mmu
