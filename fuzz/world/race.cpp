// Writes that land between two guest-memory reads of one operation of the core.
#include "fuzz/world/world.hpp"

namespace umbra::fuzz {

void world::arm(const op& o) {
  if (armed_ == race_limit) return;
  armed_race& r = races_[armed_];
  r = {this, o};
  if (machine_->arm_race(o.count, &world::land, &r)) ++armed_;
}

void world::land(void* armed) {
  const armed_race& r = *static_cast<const armed_race*>(armed);
  world& w = *r.self;
  if (r.what.who == racer::vcpu) {
    w.land_by_vcpu(r.what);
  } else {
    w.store_behind(r.what.address, r.what.value, r.what.size);
  }
}

/// The other vCPU stores, if it is in guest mode and its processor lets it through without an exit. Where the store
/// lands must be where that vCPU's own tables, or what it may have cached of them, lead.
void world::land_by_vcpu(const op& o) {
  const unsigned other = 1 - current_;
  if (!machine_->cpu(other).in_guest()) return;
  const attempt a = begin(other, o, o.address, o.size);
  machine::journal& stores = machine_->memory().journal();
  const machine::author before = stores.sign(machine::author::guest);
  const machine::request request{a.by.user, true, false, a.by.ac};
  const bool landed = machine_->guest_write_via(other, a.parts[0].gva, a.value, a.bytes, request);
  stores.sign(before);
  if (!landed) return;
  effective_ = true;
  for (unsigned n = 0; n < a.count; ++n) {
    judge_fragment(a, a.parts[n], {ending::done, 0, stores[stores.size() - a.count + n].hpa});
  }
}

}  // namespace umbra::fuzz
