#include "core/vmx/exits/handlers.hpp"

namespace umbra::vmx::exits {

/// CPUID tells of no performance counter, so each number is one too many (SDM 2B, "RDPMC").
next rdpmc(cpu& c) { return c.refuse(); }

}  // namespace umbra::vmx::exits
