// What killed a process, when the process itself did not name it.
#pragma once

#include <filesystem>
#include <string>

#include "tools/cli/process.hpp"

namespace umbra::tools {

/// Where a finding is and what broke.
struct finding_report {
  std::string id;  ///< an invariant, "outcome", ..., or "sanitizer", "assertion", "timeout", "crash"
  std::string text;
  std::filesystem::path input;  ///< empty if the process left none
};

/// Reads a sanitizer's, an assertion's or an engine's last words from a log.
finding_report crash_in(const std::string& log, ending);

}  // namespace umbra::tools
