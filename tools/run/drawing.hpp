// The picture of a moment: the guest's tables, the shadow's, and what processors have cached.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "fuzz/world/world.hpp"

namespace umbra::tools {

/// As JSON: vcpu, mode, address, guest and shadow (trees of tables), and cached: the translations of the address that
/// TLBs hold. The address, whose path is marked, is the one given; or, if nothing is wrong there or none is given, the
/// first at which the trees disagree; or null.
nlohmann::json drawing_of(fuzz::world&, unsigned vcpu, std::optional<std::uint64_t> gva);

}  // namespace umbra::tools
