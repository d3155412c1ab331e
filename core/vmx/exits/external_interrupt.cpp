#include "core/vmx/exits/handlers.hpp"

namespace umbra::vmx::exits {

/// The interrupt is still pending: the host takes it as soon as it turns interrupts on.
next external_interrupt(cpu&) { return next::run; }

}  // namespace umbra::vmx::exits
