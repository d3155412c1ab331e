// Debug registers and guest debugging, as C sees them (glue.h).

#include "core/module/core.hpp"

using namespace umbra;

void umbra_cpu_get_debug_registers(umbra_cpu* cpu, umbra_debug_registers* out) {
  const vcpu::register_set& r = cpu->vmx.guest().state();
  for (unsigned n = 0; n < r.breakpoint.size(); ++n) out->breakpoint[n] = r.breakpoint[n];
  out->dr6 = r.dr6;
  out->dr7 = r.dr7;
}

int umbra_cpu_set_debug_registers(umbra_cpu* cpu, const umbra_debug_registers* in) {
  const auto& b = in->breakpoint;
  return cpu->vmx.set_debug_registers({b[0], b[1], b[2], b[3]}, in->dr6, in->dr7);
}

int umbra_cpu_set_guest_debug(umbra_cpu* cpu, const umbra_guest_debug* in) {
  const auto& b = in->breakpoint;
  return cpu->vmx.set_guest_debug({.single_step = in->single_step != 0,
                                   .software_breakpoints = in->software_breakpoints != 0,
                                   .hardware_breakpoints = in->hardware_breakpoints != 0,
                                   .breakpoint = {b[0], b[1], b[2], b[3]},
                                   .dr7 = in->dr7});
}

int umbra_cpu_breakpoints(umbra_cpu* cpu, unsigned long breakpoint[4]) {
  std::array<word, 4> wanted{};
  if (!cpu->vmx.breakpoints(wanted)) return 0;
  for (unsigned n = 0; n < wanted.size(); ++n) breakpoint[n] = wanted[n];
  return 1;
}
