// A vCPU's events, as glue.h has them.

#include "core/module/core.hpp"

namespace {

using namespace umbra;
namespace blocked = x86::interruptibility;

}  // namespace

void umbra_cpu_interrupt(umbra_cpu* cpu, unsigned char vector) { cpu->vmx.interrupt(vector); }
int umbra_cpu_nmi(umbra_cpu* cpu) { return cpu->vmx.nmi(); }
void umbra_cpu_want_interrupt_window(umbra_cpu* cpu, int wanted) { cpu->vmx.want_interrupt_window(wanted != 0); }
int umbra_cpu_ready_for_interrupt(umbra_cpu* cpu) { return cpu->vmx.ready_for_interrupt(); }

static_assert(umbra_interrupt_words == vcpu::interrupt_queue::words);

void umbra_cpu_get_interrupts(umbra_cpu* cpu, unsigned long* bits) {
  for (unsigned n = 0; n < umbra_interrupt_words; ++n) bits[n] = cpu->vmx.guest().interrupts().bits(n);
}

void umbra_cpu_set_interrupts(umbra_cpu* cpu, const unsigned long* bits) {
  for (unsigned n = 0; n < umbra_interrupt_words; ++n) cpu->vmx.guest().interrupts().set_bits(n, bits[n]);
}

void umbra_cpu_get_events(umbra_cpu* cpu, umbra_events* out) {
  const vcpu::saved_events s = cpu->vmx.guest().save_events();
  *out = {.has_exception = s.has_exception,
          .has_error_code = s.exception.has_error_code,
          .vector = static_cast<unsigned>(s.exception.vector),
          .error_code = static_cast<unsigned>(s.exception.error_code),
          .nmis = static_cast<unsigned>(s.nmis),
          .by_sti = has(s.blocking, blocked::by_sti),
          .by_mov_ss = has(s.blocking, blocked::by_mov_ss),
          .by_nmi = has(s.blocking, blocked::by_nmi)};
}

int umbra_cpu_set_events(umbra_cpu* cpu, const umbra_events* in) {
  vcpu::saved_events s;
  s.has_exception = in->has_exception != 0;
  s.exception = vcpu::event::of(x86::event_type::hardware_exception, in->vector);
  s.exception.has_error_code = in->has_error_code != 0;
  s.exception.error_code = in->error_code;
  s.nmis = in->nmis;
  s.blocking = when(in->by_sti != 0, blocked::by_sti) | when(in->by_mov_ss != 0, blocked::by_mov_ss) |
               when(in->by_nmi != 0, blocked::by_nmi);
  return cpu->vmx.restore_events(s);
}

int umbra_cpu_halted(umbra_cpu* cpu) { return cpu->vmx.guest().halted(); }
void umbra_cpu_set_halted(umbra_cpu* cpu, int halted) { cpu->vmx.guest().set_halted(halted != 0); }

int umbra_cpu_fpu_active(umbra_cpu* cpu) { return cpu->vmx.guest().fpu().active(); }
void umbra_cpu_fpu_unloaded(umbra_cpu* cpu) { cpu->vmx.guest().fpu().deactivate(); }
