#include "core/vmx/exits/handlers.hpp"

namespace umbra::vmx::exits {

next wrmsr(cpu& c) {
  const vcpu::general_registers& g = c.guest().general();
  const word number = g.get_32(word{vcpu::general::rcx}), value = g.edx_eax();
  if (!c.write_msr(number, value, msr_user::guest)) return c.miss_msr(request_kind::wrmsr, number, value);
  c.advance();
  return next::run;
}

}  // namespace umbra::vmx::exits
