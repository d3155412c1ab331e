// Which lines of the production source the explorations ran.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace umbra::tools {

struct covered_file {
  std::string name;  ///< as theorems name it: core/mmu/walk.cpp
  unsigned lines = 0, hit = 0;
  std::vector<unsigned> missed;
};

/// In a worker that is about to end: leaves what it ran in `directory`.
void leave_profile(const std::filesystem::path& directory);

/// Sums up what workers left there, for the files named, as from the top of the repository. Throws `error` where LLVM's
/// tools cannot.
std::vector<covered_file> coverage_of(const std::filesystem::path& directory, const std::vector<std::string>& files);

}  // namespace umbra::tools
