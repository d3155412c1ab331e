// The MSRs of the simulated processor that a hypervisor reads: what VMX can do (SDM appendix A), and those that it must
// give back to the host after each exit.
#pragma once

#include <cstdint>

#include "core/x86/msr.hpp"

namespace umbra::machine {

/// False: RDMSR raises #GP.
bool read_msr(x86::msr, std::uint64_t& value);

}  // namespace umbra::machine
