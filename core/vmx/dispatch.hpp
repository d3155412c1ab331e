// Which handler answers which exit.
#pragma once

#include "core/vmx/cpu.hpp"
#include "core/x86/exit_reason.hpp"

namespace umbra::vmx {

/// Answers an exit with this exit-reason field, or an instruction that would have caused it.
next dispatch(cpu&, word reason);

}  // namespace umbra::vmx
