// Which handler answers which exit.
#pragma once

#include "core/vmx/cpu.hpp"
#include "core/x86/exit_reason.hpp"

namespace umbra::vmx {

/// Whether exits for this reason have a handler of their own.
bool answers(x86::exit_reason);
/// Answers an exit with this exit-reason field.
next dispatch(cpu&, word reason);

}  // namespace umbra::vmx
