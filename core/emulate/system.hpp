// The part of the family `system` that deals with the registers of descriptor tables, of the LDT and of the task.
#pragma once

#include "core/emulate/execution.hpp"
#include "core/emulate/kinds.hpp"

namespace umbra::emulate {

/// SGDT, SIDT, LGDT, LIDT, SLDT, STR, LLDT, LTR; privilege has been checked.
bool execute_table(execution&, system_kind);

}  // namespace umbra::emulate
