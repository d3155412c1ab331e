#include "core/vmx/exits/handlers.hpp"

namespace umbra::vmx::exits {

next not_offered(cpu& c) { return c.undefined(); }

}  // namespace umbra::vmx::exits
