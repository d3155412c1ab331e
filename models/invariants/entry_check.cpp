#include "models/invariants/entry_check.hpp"

namespace umbra::invariants {

namespace {

/// Calls `visit(page)` for each page of a slot that a host frame backs, until it returns true. Whether it did.
template <class Visit>
bool each_page(const reference::region& r, std::uint64_t host_frame, Visit&& visit) {
  if (r.frames == nullptr) return host_frame - r.backing < r.pages && visit(host_frame - r.backing);
  for (std::uint64_t page = 0; page < r.pages; ++page) {
    if (r.frames[page] == host_frame && visit(page)) return true;
  }
  return false;
}

}  // namespace

ownership owner_of(const reference::memory_map& map, std::uint64_t host_frame) {
  ownership o;
  for (unsigned i = 0; i < map.slot_count; ++i) {
    const reference::region& r = map.slots[i];
    if (!each_page(r, host_frame, [](std::uint64_t) { return true; })) continue;
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
    const std::uint64_t* log = memory.slot_at(i).dirty;
    const auto missing = [log](std::uint64_t page) {
      return log == nullptr || (log[page / 64] >> (page % 64) & 1) == 0;
    };
    if (r.logged && each_page(r, host_frame, missing)) return i;
  }
  return no_slot;
}

}  // namespace umbra::invariants
