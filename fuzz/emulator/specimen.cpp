#include "fuzz/emulator/specimen.hpp"

namespace umbra::emucheck {

cpu_state state_of(const vcpu::register_set& r) {
  cpu_state s;
  for (unsigned n = 0; n < 16; ++n) s.gpr[n] = r.general.get(n);
  s.rip = r.general.rip;
  s.rflags = r.general.rflags;
  for (unsigned n = 0; n < 6; ++n) {
    s.selector[n] = static_cast<std::uint16_t>(r.segments[static_cast<vcpu::segment_name>(n)].selector);
  }
  s.fs_base = r.segments[vcpu::segment_name::fs].base;
  s.gs_base = r.segments[vcpu::segment_name::gs].base;
  return s;
}

}  // namespace umbra::emucheck
