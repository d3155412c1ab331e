#include "core/vmx/exits/handlers.hpp"

namespace umbra::vmx::exits {

next hlt(cpu& c) {
  c.advance();
  return c.leave({.kind = request_kind::hlt});
}

}  // namespace umbra::vmx::exits
