// Programs of operations as values: canonical form, equality, limits. One meaning, one representation.
#pragma once

#include <cstddef>

#include "fuzz/op.hpp"

namespace umbra::fuzz {

/// The longest program, in text and raw form alike.
constexpr std::size_t op_limit = 4096;
/// The scenes that exist: 0 is all zeros (fuzz/scene/scene.hpp).
constexpr unsigned scene_count = 4;

/// Clears what the op's kind does not use, and brings what it does use into range (size 1 to 8, CPL 0 to 3, ...).
op canonical(op);
/// The same for a set-up: MAXPHYADDR 32 to 52, a scene that exists, at least one shadow page.
setup canonical(setup);
/// The same for a whole program; it is cut at op_limit.
void canonicalise(program&);

bool operator==(const maker&, const maker&);
bool operator==(const told&, const told&);
bool operator==(const op&, const op&);
bool operator==(const setup&, const setup&);
bool operator==(const program&, const program&);

}  // namespace umbra::fuzz
