// Which lines and branches of the rooms that a fuzz target is for its committed seeds and a while of fuzzing reach.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "tools/bench/coverage_export.hpp"
#include "tools/bench/unreached.hpp"
#include "tools/fuzz/target.hpp"

namespace umbra::tools {

struct coverage {
  std::string rooms;           ///< that were looked at
  double lines = 0, arms = 0;  ///< that should be reached, percent
  unsigned seconds = 0;        ///< of fuzzing
  std::vector<file_coverage> files = {};

  double lines_percent() const;
  double arms_percent() const;
};

coverage measure_coverage(const fuzz_target&, unsigned seconds);

/// A line's text, without the spaces before it.
using source = std::function<std::string(const std::string& file, unsigned line)>;
/// From this tree.
std::string source_line(const std::string& file, unsigned line);

/// Each file's figures, then each line and arm that was not reached, with its source and the reason.
std::string coverage_table(const coverage&, const source&, const reasons&);
nlohmann::json to_json(const coverage&, const source&, const reasons&);

}  // namespace umbra::tools
