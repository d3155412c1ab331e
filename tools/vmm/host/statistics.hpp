// Counters of a VM or vCPU, as its statistics file has them (KVM_GET_STATS_FD).
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tools/vmm/host/machine.hpp"

namespace umbra::vmm {

using counters = std::vector<std::pair<std::string, std::uint64_t>>;

/// `file` is a VM's or a vCPU's.
counters read_statistics(const descriptor& file);

}  // namespace umbra::vmm
