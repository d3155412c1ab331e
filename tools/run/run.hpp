// What `umbra run` shows: a program of ops, executed step by step.
#pragma once

#include <cstdio>
#include <nlohmann/json_fwd.hpp>

#include "fuzz/op.hpp"

namespace umbra::tools {

/// Executes a program and writes what happens to `out`: each op, its exits and effects, then the guest's and the
/// shadow's tables side by side for the address at stake, and the verdict of each invariant. Colours only a terminal.
/// False: a finding, shown last. `record`, if not null, becomes the same as JSON: well, finding (id, op, text, or
/// null), lines, and drawing (tools/run/drawing.hpp) after the op with the finding, else after the last one.
bool show_run(const fuzz::program&, std::FILE* out, nlohmann::json* record = nullptr);

}  // namespace umbra::tools
