#include "core/vmx/exits/handlers.hpp"
#include "core/x86/msr.hpp"

namespace umbra::vmx::exits {

next rdmsr(cpu& c) {
  using namespace vcpu::general;
  vcpu::general_registers& g = c.guest().general();
  if (g.get_32(word{rcx}) != word{static_cast<std::uint32_t>(x86::msr::efer)}) return unknown(c);
  const word value = c.guest().registers().efer();
  g.set(word{rax}, field(value, 0, 32));
  g.set(word{rdx}, field(value, 32, 32));
  c.advance();
  return next::run;
}

}  // namespace umbra::vmx::exits
