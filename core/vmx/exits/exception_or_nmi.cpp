#include "core/vmx/exits/handlers.hpp"
#include "core/x86/event.hpp"

namespace umbra::vmx::exits {

next exception_or_nmi(cpu& c) {
  using enum x86::vmcs;
  const vcpu::event e = vcpu::event::unpacked(c.vmcs().read<exit_event>(), c.vmcs().read<exit_error_code>(), word{0});
  // An NMI or a machine check that came while the guest ran was the host's, and the host has dealt with it.
  if (e.type == word{static_cast<std::uint64_t>(x86::event_type::nmi)}) return next::run;
  if (e.vector == word{x86::vector_of(x86::exception::machine_check)}) return next::run;
  if (e.vector == word{x86::vector_of(x86::exception::page_fault)}) return page_fault(c);
  if (c.disguised()) return real_mode_exception(c, e);
  if (e.vector == word{x86::vector_of(x86::exception::alignment)}) return c.raise(e);
  return unknown(c);
}

}  // namespace umbra::vmx::exits
