#include "core/vmx/exits/handlers.hpp"

namespace umbra::vmx::exits {

/// The guest wants its FPU. With it loaded, the instruction runs again, and whether it raises #NM is what the guest's
/// own CR0 says.
next no_device(cpu& c) {
  vcpu::lazy_fpu& fpu = c.guest().fpu();
  if (fpu.active()) return c.raise(vcpu::event::exception(x86::exception::no_device));
  ++c.counters().fpu_loads;
  fpu.activate();
  return next::run;
}

}  // namespace umbra::vmx::exits
