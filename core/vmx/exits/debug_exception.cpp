// #DB and #BP: of a VMM that debugs its guest, or the guest's.

#include "core/vmx/exits/handlers.hpp"
#include "core/x86/debug.hpp"
#include "core/x86/event.hpp"

namespace umbra::vmx::exits {

namespace {

/// The exit qualification has DR6's layout (SDM table 28-1).
constexpr std::uint64_t causes = x86::dr6::breakpoints | x86::dr6::bd | x86::dr6::bs;

}  // namespace

next debug_exception(cpu& c, const vcpu::event& e) {
  // INT1 says nothing in DR6.
  if (e.type == word{static_cast<std::uint64_t>(x86::event_type::privileged_exception)}) return c.raise(e);
  return c.raise_debug(c.vmcs().read<x86::vmcs::exit_qualification>() & word{causes});
}

next breakpoint(cpu& c, const vcpu::event& e) {
  if (c.guest_debug().software_breakpoints) return c.leave_for_debug(x86::exception::breakpoint, word{0});
  return c.raise(e);
}

/// An instruction has ended, for a VMM that steps.
next monitor_trap(cpu& c) {
  if (c.guest_debug().single_step) return c.leave_for_debug(x86::exception::debug, word{x86::dr6::bs});
  return next::run;
}

}  // namespace umbra::vmx::exits
