// An MSR that the guest has not, but its VMM may.

#include "core/vmx/cpu.hpp"
#include "core/x86/event.hpp"

namespace umbra::vmx {

next cpu::miss_msr(request_kind kind, word number, word value) {
  const bool unknown = find_msr(number, msr_user::guest) == vcpu::msr_file::none;
  // An instruction that did not exit has no length that hardware would still know when the answer comes.
  if (!asks_for_msrs_ || !unknown || served_length_ != 0) return refuse();
  vmx::request r{.kind = kind};
  r.msr.number = number;
  r.msr.value = value;
  premise_.registers.general.rip = guest_.general().rip;
  msr_answer_ = {.refused = true};
  waits_ = waiting::msr;
  return leave(r);
}

next cpu::finish_msr() {
  if (msr_answer_.refused) return refuse();
  if (request_.kind == request_kind::rdmsr) guest_.general().set_edx_eax(msr_answer_.value);
  advance();
  return next::run;
}

}  // namespace umbra::vmx
