// The guest's own tables, as a tree to be drawn.
#pragma once

#include <optional>
#include <span>

#include "fuzz/world/world.hpp"
#include "tools/run/drawn.hpp"

namespace umbra::tools {

/// `gva`: the address whose path is marked, and always drawn. Entries that lead to an address of `wrong` are marked
/// too.
drawn_table tree_of_guest(fuzz::world&, unsigned vcpu, std::optional<std::uint64_t> gva,
                          std::span<const std::uint64_t> wrong);

}  // namespace umbra::tools
