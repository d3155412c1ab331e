// What hardware reports when a guest comes to an instruction that exits, or when something comes up while it runs (SDM
// 26.1, 28.2, tables 28-3 to 28-5).
#pragma once

#include <optional>

#include "core/vcpu/general_registers.hpp"
#include "fuzz/op.hpp"
#include "models/machine/processor.hpp"

namespace umbra::fuzz {

/// Loads the registers that the instruction goes by, and says how it exits; nothing, if the processor does not let it
/// come to that: it faults first, or executes it. `scratch` chooses the register of a MOV. In guest mode.
std::optional<machine::exit_information> compose_exit(const op&, machine::processor&, vcpu::general_registers&,
                                                      bool code64, unsigned scratch);

}  // namespace umbra::fuzz
