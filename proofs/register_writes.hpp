// A guest writes its control registers, in the core and in the model at once.
#pragma once

#include "core/vcpu/control_registers.hpp"
#include "models/reference/reachable.hpp"
#include "proofs/guest.hpp"

namespace umbra::proofs {

/// The guest writes one register, from this code.
vcpu::written write_register(vcpu::control_registers&, reference::control_register, word value,
                             const vcpu::mode_segments& from = {});
/// Proves that both hold the same; `when` says when, to people.
void prove_same(smt::path&, const vcpu::control_registers& core, const reference::registers& model, const char* when);

/// In the order that leads to any registers that a guest can have. Proves that both take the same values and refuse the
/// same, and ends the path where a value is refused.
void write_registers(smt::path&, platform::host&, const unit&, const register_values&, vcpu::control_registers& core,
                     reference::registers& model);

}  // namespace umbra::proofs
