#include "core/vmx/exits/handlers.hpp"

namespace umbra::vmx::exits {

next unknown(cpu& c) {
  return c.leave({.kind = request_kind::unknown, .reason = c.vmcs().read<x86::vmcs::exit_reason>()});
}

}  // namespace umbra::vmx::exits
