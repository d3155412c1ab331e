// The deep check of inputs: runs each, takes its snapshot, and has a program with symbolic words judge them all.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tools/cli/error.hpp"

namespace umbra::tools {

struct deep_summary {
  unsigned inputs = 0;
  std::uint64_t paths = 0, obligations = 0;
  std::vector<std::string> problems;  ///< inputs for which something was refuted or left unjudged, and what
};

/// `work` is emptied and then holds the snapshots and deep.json. `loud`: the table goes to standard output. Throws
/// `error` for an input that cannot be read, and where the program cannot be built or gives no answer.
deep_summary deep_check(const std::vector<std::filesystem::path>& inputs, const std::filesystem::path& work,
                        unsigned jobs, bool loud);

}  // namespace umbra::tools
