// All mechanical mutants of a part of the tree.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tools/mutate/mutation.hpp"
#include "tools/mutate/plan.hpp"

namespace umbra::tools {

/// A part of the tree to mutate, and its folders.
struct part {
  std::string name;
  std::vector<std::string> folders;  ///< relative to the top of the tree, with a slash at the end

  bool holds(const std::string& file) const;
};

const std::vector<part>& parts();
const part& part_named(const std::string&);

/// In the order of the source. Runs the compiler's front end on every translation of the part, `jobs` at a time, unless
/// what it found the last time is in `work` and nothing has changed.
std::vector<mutation> census(const part&, const build_plan&, const std::filesystem::path& work, unsigned jobs);

}  // namespace umbra::tools
