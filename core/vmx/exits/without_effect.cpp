#include "core/vmx/exits/handlers.hpp"

namespace umbra::vmx::exits {

next without_effect(cpu& c) {
  c.advance();
  return next::run;
}

}  // namespace umbra::vmx::exits
