#include "core/vmx/exits/handlers.hpp"

namespace umbra::vmx::exits {

next rdmsr(cpu& c) {
  vcpu::general_registers& g = c.guest().general();
  const word number = g.get_32(word{vcpu::general::rcx});
  word value{};
  if (!c.read_msr(number, value, msr_user::guest)) return c.miss_msr(request_kind::rdmsr, number, word{0});
  g.set_edx_eax(value);
  c.advance();
  return next::run;
}

}  // namespace umbra::vmx::exits
