#include "core/vmx/exits/handlers.hpp"

namespace umbra::vmx::exits {

/// Of a processor that cannot let guests read the counter by themselves.
next rdtsc(cpu& c) {
  using namespace vcpu::general;
  vcpu::general_registers& g = c.guest().general();
  const word now = c.time_stamp();
  g.set(word{rax}, field(now, 0, 32));
  g.set(word{rdx}, field(now, 32, 32));
  c.advance();
  return next::run;
}

}  // namespace umbra::vmx::exits
