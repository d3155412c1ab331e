#include "fuzz/mutator/tracker.hpp"

#include "core/x86/control.hpp"
#include "fuzz/scene/scene.hpp"

namespace umbra::fuzz {

tracker::tracker(const setup& s) {
  using namespace x86;
  const start mode = s.start == start::level4 && !s.cpuid.long_mode ? start::pae : s.start;
  const bool paged = mode >= start::bits32, wide = mode >= start::pae;
  for (unsigned v = 0; v < vcpus_.size() && mode != start::real; ++v) {
    registers& r = vcpus_[v];
    r.cr0 = cr0::pe | cr0::et | cr0::ne | when(s.wp, cr0::wp) | when(paged, cr0::pg);
    if (!paged) continue;
    r.cr3 = root_of(mode, v);
    r.cr4 = when(s.pse, cr4::pse) | when(s.pge, cr4::pge) | when(wide, cr4::pae) |
            when(s.smep && s.cpuid.smep, cr4::smep) | when(s.smap && s.cpuid.smap, cr4::smap);
    r.efer = when(s.nxe && s.cpuid.nx, efer::nxe) | when(mode == start::level4, efer::lme);
  }
}

void tracker::follow(const op& o) {
  registers& r = vcpus_[current_];
  const bool paging = has(r.cr0, x86::cr0::pg);
  switch (o.kind) {
    case kind::cr0:
      if (!has(o.value, x86::cr0::pg) ||
          (has(o.value, x86::cr0::pe) && (!has(r.efer, x86::efer::lme) || has(r.cr4, x86::cr4::pae) || paging))) {
        r.cr0 = o.value & x86::cr0::defined;
      }
      break;
    case kind::cr3:
      r.cr3 = o.value;
      break;
    case kind::cr4:
      if (has(o.value, x86::cr4::pae) || mode() != start::level4) r.cr4 = o.value;
      break;
    case kind::efer:
      if (!paging || !has(o.value ^ r.efer, x86::efer::lme)) r.efer = o.value;
      break;
    case kind::vcpu:
      current_ = o.index & 1;
      break;
    default:
      break;
  }
}

start tracker::mode() const {
  const registers& r = now();
  if (!has(r.cr0, x86::cr0::pg)) return start::paging_off;
  if (!has(r.cr4, x86::cr4::pae)) return start::bits32;
  return has(r.efer, x86::efer::lme) ? start::level4 : start::pae;
}

}  // namespace umbra::fuzz
