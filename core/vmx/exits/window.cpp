#include "core/vmx/exits/handlers.hpp"

namespace umbra::vmx::exits {

/// What waited is delivered by the next entry, or the VMM is told that it can send an interrupt.
next window(cpu&) { return next::run; }

}  // namespace umbra::vmx::exits
