// A hypercall that is the VMM's to execute.

#include "core/vmx/cpu.hpp"

namespace umbra::vmx {

next cpu::await_hypercall(const vmx::request& r) {
  const vcpu::general_registers& g = guest_.general();
  premise_.registers.general.rip = g.rip;
  hypercall_answer_ = g.get(word{vcpu::general::rax});
  waits_ = waiting::hypercall;
  return leave(r);
}

next cpu::finish_hypercall() {
  const word result = hypercall_answer_;
  guest_.general().set(word{vcpu::general::rax}, select(request_.hypercall.long_mode, result, field(result, 0, 32)));
  return next::run;
}

}  // namespace umbra::vmx
