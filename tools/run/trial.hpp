// Shows one trial of an instruction: the state that it meets, what it does, and what is wrong with that.
#pragma once

#include <cstdio>
#include <nlohmann/json_fwd.hpp>

#include "fuzz/trial/trial.hpp"

namespace umbra::tools {

/// True if there is no finding. `record` as show_run() has it (tools/run/run.hpp), with no drawing.
bool show_trial(const fuzz::trial&, std::FILE*, nlohmann::json* record = nullptr);

}  // namespace umbra::tools
