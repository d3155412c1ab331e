// What a guest's ports do, and how its vCPUs end.
#pragma once

#include <functional>
#include <string>

#include "tools/vmm/host/machine.hpp"

namespace umbra::vmm {

/// Runs a vCPU until it halts; what it says on port 0xe9 is appended to `said`. `before_run` is called each time that
/// the vCPU is about to go on. Throws std::runtime_error for any other end.
void run_to_halt(vcpu&, std::string& said, const std::function<void()>& before_run);

}  // namespace umbra::vmm
