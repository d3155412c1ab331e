#include "core/vmx/exits/handlers.hpp"

namespace umbra::vmx::exits {

next invlpg(cpu& c) {
  c.guest().invlpg({c.vmcs().read<x86::vmcs::exit_qualification>()});
  c.advance();
  return next::run;
}

}  // namespace umbra::vmx::exits
