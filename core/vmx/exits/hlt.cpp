#include "core/vmx/exits/handlers.hpp"

namespace umbra::vmx::exits {

next hlt(cpu& c) {
  c.advance();
  return c.halt();
}

}  // namespace umbra::vmx::exits
