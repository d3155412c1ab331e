// The tables that hardware walks for a vCPU, as a tree to be drawn.
#pragma once

#include <optional>

#include "fuzz/world/world.hpp"
#include "tools/run/drawn.hpp"

namespace umbra::tools {

struct shadow_tree {
  drawn_table root;
  std::vector<std::uint64_t> wrong = {};  ///< linear addresses whose leaves disagree with the guest's tables
};

/// `gva`: the address whose path is marked, and always drawn.
shadow_tree tree_of_shadow(fuzz::world&, unsigned vcpu, std::optional<std::uint64_t> gva);

}  // namespace umbra::tools
