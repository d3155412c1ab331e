#include "models/invariants/entry_check.hpp"

namespace umbra::invariants {

ownership owner_of(const reference::memory_map& map, std::uint64_t host_frame) {
  ownership o;
  for (unsigned i = 0; i < map.slot_count; ++i) {
    const reference::region& r = map.slots[i];
    if (host_frame - r.backing >= r.pages) continue;
    o.shown = true;
    o.writable |= !r.read_only;
  }
  return o;
}

bool any_log(const reference::memory_map& map) {
  bool any = false;
  for (unsigned i = 0; i < map.slot_count; ++i) any |= map.slots[i].pages != 0 && map.slots[i].logged;
  return any;
}

unsigned unlogged_slot(const subject& s, std::uint64_t host_frame) {
  const memory::space& memory = s.view.memory();
  for (unsigned i = 0; i < s.map.slot_count && i < memory.slots(); ++i) {
    const reference::region& r = s.map.slots[i];
    const std::uint64_t page = host_frame - r.backing;
    if (!r.logged || page >= r.pages) continue;
    const std::uint64_t* log = memory.slot_at(i).dirty;
    if (log == nullptr || (log[page / 64] >> (page % 64) & 1) == 0) return i;
  }
  return no_slot;
}

}  // namespace umbra::invariants
