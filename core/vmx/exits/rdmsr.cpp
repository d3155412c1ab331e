#include "core/vmx/exits/handlers.hpp"
#include "core/x86/event.hpp"

namespace umbra::vmx::exits {

next rdmsr(cpu& c) {
  using namespace vcpu::general;
  vcpu::general_registers& g = c.guest().general();
  word value{};
  if (!c.read_msr(g.get_32(word{rcx}), value, msr_user::guest)) {
    return c.raise(vcpu::event::exception(x86::exception::protection, word{0}));
  }
  g.set(word{rax}, field(value, 0, 32));
  g.set(word{rdx}, field(value, 32, 32));
  c.advance();
  return next::run;
}

}  // namespace umbra::vmx::exits
