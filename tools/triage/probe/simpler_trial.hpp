// Trials of an instruction that are a little simpler than a given one.
#pragma once

#include <vector>

#include "fuzz/trial/trial.hpp"

namespace umbra::tools {

/// The greatest steps first. Each is shorter, has fewer bits set or asks for less, so repeating this ends.
std::vector<fuzz::trial> simpler_trials(const fuzz::trial&);

}  // namespace umbra::tools
