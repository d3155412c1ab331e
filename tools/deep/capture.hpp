// Takes a snapshot of a world between two ops.
#pragma once

#include "fuzz/world/world.hpp"
#include "tools/deep/snapshot.hpp"

namespace umbra::tools {

snapshot capture(fuzz::world&);

/// Runs a program and takes a snapshot before the world is taken down: at its end, or where something was found.
snapshot capture_after(const fuzz::program&, const std::string& name);

}  // namespace umbra::tools
