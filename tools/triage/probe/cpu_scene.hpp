// A guest's access in a world, made into a scene of the op guest, so that another processor can be asked what it would
// do: the entries on the path with all their bits, but tables and page at places that the op guest has.
#pragma once

#include <optional>
#include <string>

#include "fuzz/guest/shared/scene.hpp"
#include "fuzz/world/world.hpp"

namespace umbra::tools {

/// Of an op that accesses memory, before it runs. Nothing: it is none, or `why` says in a clause why the processor
/// cannot be asked.
std::optional<opguest::scene> scene_of(fuzz::world&, const fuzz::op&, std::string& why);

}  // namespace umbra::tools
