// The instruction that hardware could not complete, executed by the emulator: on the registers as the exit left them,
// and back to the VMCS.

#include "core/vmx/cpu.hpp"
#include "core/x86/event.hpp"
#include "core/x86/interruptibility.hpp"

namespace umbra::vmx {

namespace {

flag same(const vcpu::segments& a, const vcpu::segments& b) {
  flag all = both(both(a.gdtr.base == b.gdtr.base, a.gdtr.limit == b.gdtr.limit),
                  both(a.idtr.base == b.idtr.base, a.idtr.limit == b.idtr.limit));
  for (unsigned n = 0; n < vcpu::segment_count; ++n) {
    const vcpu::segment &x = a.registers[n], &y = b.registers[n];
    all = both(all,
               both(both(x.selector == y.selector, x.base == y.base), both(x.limit == y.limit, x.rights == y.rights)));
  }
  return all;
}

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
void cpu::keep(const emulate::result& r, const vcpu::segments& before) {
  using enum x86::vmcs;
  const vcpu::register_set& s = guest_.state();
  if (!same(s.segments, before)) vmcs_.write_segments(s.segments);
  vmcs_.write<guest_interruptibility>(s.blocking);
  if (r.trap) trap_after_instruction();
}

bool cpu::emulate(next& how) {
  using emulate::verdict;
  if (!emulates_) return false;
  // What RIP points at is not what missed: the processor was delivering an event.
  if (guest_.events().pending()) return false;
  vcpu::register_set& s = guest_.state();
  const vcpu::segments before = vmcs_.read_segments();
  s.segments = before;
  s.blocking = vmcs_.read<x86::vmcs::guest_interruptibility>();
  const emulate::result r = emulator_.step();
  switch (r.next) {
    case verdict::done:
    case verdict::again:
      keep(r, before);
      how = next::run;
      return true;
    case verdict::halted:
      keep(r, before);
      how = leave({.kind = request_kind::hlt});
      return true;
    case verdict::fault:
      if (r.event.vector == x86::exception::page_fault) s.general.cr2 = r.event.address.value;
      how = raise(event_of(r.event));
      return true;
    case verdict::interrupt:
      how = raise(software_event(r));
      return true;
    case verdict::device:
      emulator_.forget();
      return false;
    case verdict::elsewhere:
    case verdict::unsupported:
      return false;
  }
  return false;
}

}  // namespace umbra::vmx
