#include "core/vmx/exits/handlers.hpp"
#include "core/x86/event.hpp"
#include "core/x86/msr.hpp"

namespace umbra::vmx::exits {

next wrmsr(cpu& c) {
  using namespace vcpu::general;
  const vcpu::general_registers& g = c.guest().general();
  if (g.get_32(word{rcx}) != word{static_cast<std::uint32_t>(x86::msr::efer)}) return unknown(c);
  if (!c.guest().write_efer(g.get_32(word{rax}) | (g.get_32(word{rdx}) << 32))) {
    return c.raise(vcpu::event::exception(x86::exception::protection, word{0}));
  }
  c.advance();
  return next::run;
}

}  // namespace umbra::vmx::exits
