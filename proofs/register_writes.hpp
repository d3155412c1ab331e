// A guest writes its control registers, in the core and in the model at once.
#pragma once

#include "core/vcpu/control_registers.hpp"
#include "proofs/guest.hpp"

namespace umbra::proofs {

/// In the order that leads to any registers that a guest can have. Proves that both take the same values and refuse the
/// same, and ends the path where a value is refused.
void write_registers(smt::path&, platform::host&, const unit&, const register_values&, vcpu::control_registers& core,
                     reference::registers& model);

}  // namespace umbra::proofs
