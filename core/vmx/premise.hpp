// What an instruction goes by. One that waits for userspace is finished only if none of it has changed by the time of
// the answer; a VMM that sets registers to something else in between has taken the vCPU elsewhere.
#pragma once

#include "core/vcpu/vcpu.hpp"

namespace umbra::vmx {

struct premise {
  vcpu::general_registers general{};
  vcpu::segments segments{};
  word cr0{}, cr3{}, cr4{}, efer{};

  static premise of(vcpu::vcpu& guest, const vcpu::segments& s) {
    const vcpu::control_registers& c = guest.registers();
    return {guest.general(), s, c.cr0(), c.cr3(), c.cr4(), c.efer()};
  }

  flag same_as(const premise& other) const {
    const flag control = both(both(cr0 == other.cr0, cr3 == other.cr3), both(cr4 == other.cr4, efer == other.efer));
    return both(both(control, segments.same_as(other.segments)),
                both(general.same_as(other.general), general.rflags == other.general.rflags));
  }
};

}  // namespace umbra::vmx
