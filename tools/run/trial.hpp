// Shows one trial of an instruction: the state that it meets, what it does, and what is wrong with that.
#pragma once

#include <cstdio>

#include "fuzz/trial/trial.hpp"

namespace umbra::tools {

/// True if there is no finding.
bool show_trial(const fuzz::trial&, std::FILE*);

}  // namespace umbra::tools
