#include "core/vmx/exits/handlers.hpp"

namespace umbra::vmx::exits {

/// The guest's state, or an MSR of its list, is not one that the processor takes (SDM 27.8). The VMM hears the reason.
next entry_failure(cpu& c) {
  return c.leave({.kind = request_kind::fail_entry, .reason = c.vmcs().read<x86::vmcs::exit_reason>()});
}

}  // namespace umbra::vmx::exits
