#include "core/vmx/exits/handlers.hpp"

namespace umbra::vmx::exits {

next triple_fault(cpu& c) { return c.leave({.kind = request_kind::shutdown}); }

}  // namespace umbra::vmx::exits
