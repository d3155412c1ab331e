// Whether the theorems notice a mutant.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace umbra::tools {

struct proof_result {
  std::vector<std::string> tried, refuted;  ///< theorems, by id
  std::string problem = {};                 ///< why there is no answer, or ""
  double seconds = 0;
};

/// Tries theorems (all, if none is named) with a program that was built from the mutant; each until it is refuted, and
/// all together for at most so many seconds of a processor's time. Counterexamples are left in `work`, which is emptied
/// first.
proof_result try_theorems(const std::filesystem::path& binary, const std::filesystem::path& work,
                          const std::vector<std::string>& theorems, double seconds = 3600);

}  // namespace umbra::tools
