// What rapidcheck says of a property that fails.
#pragma once

#include <string>
#include <vector>

namespace umbra::tools {

struct property_failure {
  std::string why;                    ///< one line
  std::vector<std::string> programs;  ///< the counterexample, shrunk: each program of ops in it, as text
};

/// Reads rapidcheck's message.
property_failure read_failure(const std::string& message);

}  // namespace umbra::tools
