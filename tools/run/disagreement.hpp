// What a shadow leaf lets hardware do that the guest's tables, as they are now, do not say.
#pragma once

#include <cstdint>
#include <string>

#include "fuzz/world/world.hpp"
#include "models/reference/permission.hpp"

namespace umbra::tools {

/// One sentence about the leaf for `gva` that maps host frame `frame` with the rights of its path; "" if all is well.
/// Only what a picture can show is judged here: the invariants' own checkers have the last word.
std::string disagreement(fuzz::world&, unsigned vcpu, std::uint64_t gva, std::uint64_t frame, const reference::rights&);

}  // namespace umbra::tools
