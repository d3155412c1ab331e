// A guest's write to a control register or to EFER, made into a scene of the op guest, so that another processor can be
// asked whether it would take the value.
#pragma once

#include <optional>
#include <string>

#include "fuzz/guest/shared/scene.hpp"
#include "fuzz/world/world.hpp"

namespace umbra::tools {

/// Of an op that writes such a register, before it runs. Nothing: it is none, or `why` says in a clause why the
/// processor cannot be asked. What the processor does with a value that the model refuses does not end the op guest.
std::optional<opguest::scene> register_scene_of(fuzz::world&, const fuzz::op&, std::string& why);

}  // namespace umbra::tools
