// Which handler answers which exit.
#pragma once

#include "core/vmx/cpu.hpp"

namespace umbra::vmx {

/// Answers an exit with this exit-reason field.
next dispatch(cpu&, word reason);

}  // namespace umbra::vmx
