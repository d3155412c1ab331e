// Findings in the Static Analysis Results Interchange Format, for the tools that show such.
#pragma once

#include <string>
#include <vector>

#include "tools/triage/record.hpp"

namespace umbra::tools {

/// A finding and where its minimal input lies, from the top of the tree.
struct kept_finding {
  record what;
  std::string minimal;
};

/// SARIF 2.1.0: a rule for each promise, a result for each finding, at the innermost line of the core, else at the
/// input.
std::string to_sarif(const std::vector<kept_finding>&);

}  // namespace umbra::tools
