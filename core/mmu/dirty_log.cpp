// Which pages of a slot were written since the VMM last asked.

#include "core/mmu/mmu.hpp"
#include "core/platform/lock.hpp"

namespace umbra::mmu {

memory::status mmu::log_dirty(unsigned id, bool on) {
  if (id >= memory_.slots() || memory_.slot_at(id).pages == 0) return memory::status::bad_request;
  const memory::slot& s = memory_.slot_at(id);
  if (on == (s.dirty != nullptr)) return memory::status::ok;
  std::uint64_t* log = nullptr;
  if (on) {
    log = memory_.allocate_log(s.pages);
    if (log == nullptr) return memory::status::out_of_memory;
  }
  {
    platform::guard locked(host_);
    log = memory_.exchange_log(id, log);
    if (on) {
      for (std::uint64_t i = 0; i < s.pages; ++i) write_protect(*s.places[i].backing);
    }
    commit();
  }
  if (log != nullptr) memory_.release_log(log, s.pages);
  return memory::status::ok;
}

memory::status mmu::read_log(unsigned id, std::uint64_t* out) {
  if (id >= memory_.slots() || memory_.slot_at(id).dirty == nullptr) return memory::status::bad_request;
  const memory::slot& s = memory_.slot_at(id);
  platform::guard locked(host_);
  memory_.take_log(id, out);
  for (std::uint64_t i = 0; i < s.pages; ++i) {
    if ((out[i / 64] >> (i % 64) & 1) != 0) write_protect(*s.places[i].backing);
  }
  commit();
  return memory::status::ok;
}

}  // namespace umbra::mmu
