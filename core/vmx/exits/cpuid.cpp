#include "core/vmx/exits/handlers.hpp"

namespace umbra::vmx::exits {

next cpuid(cpu& c) {
  using namespace vcpu::general;
  vcpu::general_registers& g = c.guest().general();
  const vcpu::cpuid_result r = c.guest().cpuid(g.get_32(word{rax}), g.get_32(word{rcx}), c.in_64_bit_code());
  g.set(word{rax}, r.eax);
  g.set(word{rbx}, r.ebx);
  g.set(word{rcx}, r.ecx);
  g.set(word{rdx}, r.edx);
  c.advance();
  return next::run;
}

}  // namespace umbra::vmx::exits
