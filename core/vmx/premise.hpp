// What an instruction goes by. One that waits for userspace is finished only if none of it has changed by the time of
// the answer; a VMM that sets registers to something else in between has taken the vCPU elsewhere. Its task priority is
// no sign of that: VMMs say it with every run.
#pragma once

#include "core/vcpu/vcpu.hpp"

namespace umbra::vmx {

struct premise {
  vcpu::register_set registers{};
  word cr0{}, cr3{}, cr4{}, efer{};

  static premise of(const vcpu::vcpu& guest, const vcpu::segments& s) {
    const vcpu::control_registers& c = guest.registers();
    premise p{guest.state(), c.cr0(), c.cr3(), c.cr4(), c.efer()};
    p.registers.segments = s;
    return p;
  }

  flag same_as(const premise& other) const {
    const flag control = both(both(cr0 == other.cr0, cr3 == other.cr3), both(cr4 == other.cr4, efer == other.efer));
    return both(control, both(same_general(other.registers), same_rest(other.registers)));
  }

 private:
  flag same_general(const vcpu::register_set& other) const {
    const vcpu::general_registers &g = registers.general, &o = other.general;
    return both(g.same_as(o), both(g.rflags == o.rflags, g.cr2 == o.cr2));
  }
  flag same_rest(const vcpu::register_set& other) const {
    flag same = both(registers.segments.same_as(other.segments), registers.blocking == other.blocking);
    for (unsigned n = 0; n < registers.breakpoint.size(); ++n)
      same = both(same, registers.breakpoint[n] == other.breakpoint[n]);
    return both(same, both(registers.dr6 == other.dr6, registers.dr7 == other.dr7));
  }
};

}  // namespace umbra::vmx
