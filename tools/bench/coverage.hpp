// Which lines and branches of core/mmu the committed seeds and a while of fuzzing reach.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "tools/bench/coverage_export.hpp"

namespace umbra::tools {

struct coverage {
  unsigned seconds = 0;  ///< of fuzzing
  std::vector<file_coverage> files = {};

  double lines_percent() const;
  double arms_percent() const;
};

coverage measure_coverage(unsigned seconds);

/// Each file's figures, then each line and arm that was not reached, with its source as `line_of` gives it.
std::string coverage_table(const coverage&, const std::function<std::string(const std::string& file, unsigned line)>& line_of);
/// The same, with the source of this tree.
std::string coverage_table(const coverage&);
nlohmann::json to_json(const coverage&);

}  // namespace umbra::tools
