// The lookup of memory_map.hpp. `offset < pages` is the test for both ends at once.
#include "models/reference/memory_map.hpp"

namespace umbra::reference {

memory_map::answer memory_map::find(word guest_frame) const {
  for (unsigned i = 0; i < alias_count; ++i) {
    const word offset = guest_frame - aliases[i].base;
    if (offset < aliases[i].pages) return find_canonical(aliases[i].target + offset);
  }
  return find_canonical(guest_frame);
}

memory_map::answer memory_map::find_canonical(word guest_frame) const {
  answer found;
  found.canonical = guest_frame;
  for (unsigned i = 0; i < slot_count; ++i) {
    const word offset = found.canonical - slots[i].base;
    if (offset < slots[i].pages) {
      found.backed = true;
      found.read_only = slots[i].read_only;
      found.host_frame = slots[i].frame_at(offset);
      found.slot = i;
      break;
    }
  }
  return found;
}

}  // namespace umbra::reference
