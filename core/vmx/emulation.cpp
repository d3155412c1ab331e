// The instruction that hardware could not complete, executed by the emulator: on the registers as the exit left them,
// and back to the VMCS; by way of userspace if it meets a device there.

#include "core/vmx/cpu.hpp"
#include "core/x86/event.hpp"

namespace umbra::vmx {

namespace {

vcpu::event event_of(const emulate::event& e) {
  return e.has_code ? vcpu::event::exception(e.vector, e.code) : vcpu::event::exception(e.vector);
}

vcpu::event software_event(const emulate::result& r) {
  return {.vector = r.number,
          .type = word{static_cast<std::uint64_t>(r.type)},
          .has_error_code = {},
          .error_code = {},
          .instruction_length = word{r.length}};
}

}  // namespace

/// What the emulator has changed, for the next entry. RIP, RSP and RFLAGS go there with every entry.
void cpu::keep(const emulate::result& r) {
  using enum x86::vmcs;
  ++counters_.emulated;
  const vcpu::register_set& s = guest_.state();
  if (!s.segments.same_as(premise_.registers.segments)) set_segments(s.segments);
  debug_changed();
  if (r.trap) trap_after_instruction();
  if (r.next != emulate::verdict::again) stepped_ = debug_.single_step;
}

void cpu::load_for_emulator() {
  vcpu::register_set& s = guest_.state();
  s.segments = segments();
  premise_ = premise::of(guest_, s.segments);
}

bool cpu::emulate(next& how) {
  if (executor_ != vmx::executor::emulator) return false;
  // What RIP points at is not what missed: the processor was delivering an event, or is to.
  if (either(in_delivery_, guest_.events().pending())) return false;
  load_for_emulator();
  return settle(emulator_.step(), how);
}

/// How the vCPU goes on after what the emulator has done. False: it has done nothing, and cannot.
bool cpu::settle(const emulate::result& r, next& how) {
  using emulate::verdict;
  switch (r.next) {
    case verdict::done:
    case verdict::again:
      keep(r);
      how = r.lowers_priority ? leave({.kind = request_kind::set_tpr}) : next::run;
      return true;
    case verdict::halted:
      keep(r);
      how = halt();
      return true;
    case verdict::fault:
      if (r.event.vector == x86::exception::page_fault) guest_.general().cr2 = r.event.address.value;
      how = r.event.vector == x86::exception::debug ? raise_debug(r.event.dr6) : raise(event_of(r.event));
      return true;
    case verdict::interrupt:
      how = raise(software_event(r));
      return true;
    case verdict::device:
      waits_ = waiting::instruction;
      premise_ = premise::of(guest_, guest_.state().segments);  // items of a string may have been moved already
      how = leave({.kind = io().space == io::space::port ? request_kind::io : request_kind::mmio});
      return true;
    case verdict::elsewhere:
      how = serve(r);
      return true;
    case verdict::unsupported:
      return false;
  }
  return false;
}

next cpu::complete() {
  UMBRA_ASSERT(waits());
  const waiting what = waits_;
  waits_ = waiting::nothing;
  if (what == waiting::in || what == waiting::msr || what == waiting::hypercall) {
    if (guest_.general().rip != premise_.registers.general.rip) return next::run;
    if (what == waiting::msr) return finish_msr();
    if (what == waiting::hypercall) return finish_hypercall();
    return finish_input(io().data[0], io().bytes);
  }
  if (!premise_.same_as(premise::of(guest_, segments()))) {
    emulator_.forget();
    return next::run;
  }
  if (what == waiting::delivery) return conclude_delivery(emulator_.finish());
  next how{};
  return settle(emulator_.finish(), how) ? how : leave(internal_error::emulation);
}

void cpu::forget() {
  waits_ = waiting::nothing;
  emulator_.forget();
}

}  // namespace umbra::vmx
