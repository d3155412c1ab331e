// memory::space by its contract (lookup.hpp), in place of core/memory/space.cpp: any slots, any aliases, any frames.
//
// Frame records are the core's own. Two guest frames may be one host frame, so a lookup explores whether it is one of
// those that are known.
#include "core/memory/space.hpp"

#include "models/smt/host.hpp"

namespace umbra::memory {

space::~space() = default;

gfn space::canonical(gfn f) const { return {host_.space.find(f.value).canonical}; }

lookup space::find(gfn f) const { return find_canonical(canonical(f)); }

lookup space::find_canonical(gfn f) const {
  lookup found;
  found.canonical = f;
  const smt::address_space::answer a = host_.space.find_canonical(f.value);
  if (!a.backed) return found;
  found.read_only = a.read_only;
  if (!host_.tells_frames_apart) {
    found.backing = &host_.path.make<frame>();
    found.backing->number = {a.host_frame};
    return found;
  }
  // In the core every frame of a slot has its record before any lookup; here it comes into being when it is first seen.
  auto& pool = const_cast<frame_pool&>(frames_);
  pool.reserve(1);
  found.backing = &pool.acquire({a.host_frame});
  return found;
}

void space::mark_dirty(const frame& f) { host_.mark_dirty(f); }
bool space::needs_dirty(const frame& f) const { return static_cast<bool>(host_.needs_dirty(f)); }

}  // namespace umbra::memory
