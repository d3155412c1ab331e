// Programs drawn by chance, for properties. Not the fuzzer's mutator: it aims by rules of its own, so that what one of
// them never tries the other may.
#pragma once

#include <cstdint>

#include "fuzz/ops/program.hpp"

namespace umbra::fuzz::properties {

/// A canonical program: a function of the seed. It is made of up to `gestures` groups of one to six ops that belong
/// together (use an address, rewrite an entry on its path, use it again).
program draw(std::uint64_t seed, unsigned gestures);

/// A canonical program whose ops have any operands at all: for the program as a value, not as something that runs.
program draw_anything(std::uint64_t seed, unsigned ops);

}  // namespace umbra::fuzz::properties
