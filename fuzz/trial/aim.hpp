// Where a trial's operand in memory lies, and how to have it lie elsewhere.
#pragma once

#include <cstdint>

#include "fuzz/trial/trial.hpp"

namespace umbra::fuzz {

/// Changes the base register so that the operand lies at a linear address. False, and nothing changed, if the
/// instruction has no such operand, or its base is its index too.
bool aim_at(trial&, std::uint64_t linear);

}  // namespace umbra::fuzz
