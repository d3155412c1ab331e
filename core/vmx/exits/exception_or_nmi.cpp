#include "core/vmx/exits/handlers.hpp"
#include "core/x86/event.hpp"

namespace umbra::vmx::exits {

namespace {

vcpu::event exception_of(cpu& c) {
  using enum x86::vmcs;
  vcpu::event e = vcpu::event::unpacked(c.vmcs().read<exit_event>(), c.vmcs().read<exit_error_code>(),
                                        c.vmcs().read<instruction_length>());
  // Of INT1, INT3 and INTO: the guest is to return behind them.
  const flag by_hardware = e.type == word{static_cast<std::uint64_t>(x86::event_type::hardware_exception)};
  e.instruction_length = select(by_hardware, word{0}, e.instruction_length);
  return e;
}

}  // namespace

next exception_or_nmi(cpu& c) {
  const vcpu::event e = exception_of(c);
  // An NMI or a machine check that came while the guest ran was the host's, and the host has dealt with it.
  if (e.type == word{static_cast<std::uint64_t>(x86::event_type::nmi)}) return next::run;
  if (e.vector == word{x86::vector_of(x86::exception::machine_check)}) return next::run;
  if (e.vector == word{x86::vector_of(x86::exception::page_fault)}) return page_fault(c);
  // What entry would not take back, no processor has reported.
  const flag external = e.is(x86::event_type::external_interrupt);
  if (either(external, negate(e.deliverable()))) return c.leave(internal_error::unsound);
  if (e.vector == word{x86::vector_of(x86::exception::debug)}) return debug_exception(c, e);
  if (e.vector == word{x86::vector_of(x86::exception::breakpoint)}) return breakpoint(c, e);
  if (e.vector == word{x86::vector_of(x86::exception::no_device)}) return no_device(c);
  if (c.disguised()) return real_mode_exception(c, e);
  if (e.vector == word{x86::vector_of(x86::exception::alignment)}) return c.raise(e);
  return unknown(c);
}

}  // namespace umbra::vmx::exits
