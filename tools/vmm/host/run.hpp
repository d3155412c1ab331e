// A vCPU's way from one exit to the next, and how it ends.
#pragma once

#include <functional>

#include "tools/vmm/host/attic.hpp"
#include "tools/vmm/host/devices.hpp"
#include "tools/vmm/host/machine.hpp"

namespace umbra::vmm {

/// Runs a vCPU on its devices and the VM's attic until it halts. `before_run` is called each time that it is about to
/// go on. Throws std::runtime_error for any other end.
void run_to_halt(vcpu&, devices&, attic&, const std::function<void()>& before_run);

}  // namespace umbra::vmm
