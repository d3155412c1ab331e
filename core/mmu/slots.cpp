// Edits to the guest-physical address space, and what they undo in the shadows.

#include <word/array.hpp>

#include "core/mmu/mmu.hpp"
#include "core/platform/lock.hpp"

namespace umbra::mmu {

memory::status mmu::set_slot(unsigned id, const memory::slot_request& r) {
  memory::status s = memory_.check(id, r);
  if (s != memory::status::ok) return s;
  memory::slot fresh;
  s = memory_.prepare(r, fresh);
  if (s != memory::status::ok) return s;
  {
    platform::guard locked(host_);
    forget_slot(id);
    commit();
    memory_.exchange(id, r.base, fresh);
    if (r.log_dirty) {
      // Another slot may already map the same frames writable.
      const memory::slot& now = memory_.slot_at(id);
      for (std::uint64_t i = 0; i < now.pages; ++i) write_protect(*now.places[i].backing);
      commit();
    }
  }
  memory_.dispose(fresh);
  return memory::status::ok;
}

/// Removes all that depends on a slot: leaves that map its frames, shadows of tables that lie in them.
void mmu::forget_slot(unsigned id) {
  const memory::slot& s = memory_.slot_at(id);
  for (std::uint64_t i = 0; i < s.pages; ++i) {
    memory::frame& f = *s.places[i].backing;
    drop_leaves(f);
    while (f.shadows != nullptr) zap(*f.shadows);
  }
}

memory::status mmu::set_alias(unsigned id, const memory::alias& a) {
  const memory::status s = memory_.check_alias(id, a);
  if (s != memory::status::ok) return s;
  platform::guard locked(host_);
  zap_everything();
  commit();
  memory_.set_alias(id, a);
  return memory::status::ok;
}

}  // namespace umbra::mmu
