// Arguments that a mutation means the same as the original, by people (corpus/mutants/equivalent.json). Each names the
// lines as they are and as they would be, not their number, so that it holds as long as they do.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tools/mutate/mutation.hpp"

namespace umbra::tools {

struct argument {
  std::string file, function, was, becomes;  ///< the lines with single spaces
  unsigned nth = 0;                          ///< among lines that read the same in the function, from 0
  std::string because;
};

/// Throws `error` for a file that is not in order.
std::vector<argument> arguments_in(const std::filesystem::path&);

/// What is argued of a mutation, by its place among all of a part; or "".
std::string argued(const std::vector<argument>&, const std::vector<mutation>& all, const mutation&);

/// Those that fit no mutation of the part: the code has changed, so they have to be thought about again.
std::vector<argument> idle(const std::vector<argument>&, const std::vector<mutation>& all);

}  // namespace umbra::tools
