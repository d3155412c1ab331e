// The guest's and the shadow's tables for one address, level by level, next to each other.
#pragma once

#include "fuzz/world/world.hpp"
#include "tools/run/paper.hpp"

namespace umbra::tools {

/// Both paths for a linear address of a vCPU, from the roots down.
void show_tables(paper&, fuzz::world&, unsigned vcpu, std::uint64_t gva);

}  // namespace umbra::tools
