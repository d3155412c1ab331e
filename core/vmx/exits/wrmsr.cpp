#include "core/vmx/exits/handlers.hpp"
#include "core/x86/event.hpp"

namespace umbra::vmx::exits {

next wrmsr(cpu& c) {
  using namespace vcpu::general;
  const vcpu::general_registers& g = c.guest().general();
  const word value = g.get_32(word{rax}) | (g.get_32(word{rdx}) << 32);
  if (!c.write_msr(g.get_32(word{rcx}), value, msr_user::guest)) {
    return c.raise(vcpu::event::exception(x86::exception::protection, word{0}));
  }
  c.advance();
  return next::run;
}

}  // namespace umbra::vmx::exits
