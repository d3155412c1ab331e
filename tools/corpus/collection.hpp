// The inputs in some directories, each once, whatever its files are called and whichever form they have.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "tools/fuzz/target.hpp"

namespace umbra::tools {

struct collected {
  std::string raw;
  std::vector<std::filesystem::path> files;  ///< that hold it, in order
  bool text = false;                         ///< one of them is text
};

struct collection {
  std::map<std::string, collected> inputs;  ///< by content_name()
  std::vector<std::string> problems;        ///< one sentence for each file that is passed over
  std::size_t files = 0;                    ///< looked at
};

/// From files and directories (these with all that is below them). Nothing in them is fatal; that one of them does not
/// exist is: `error`.
collection collect(const std::vector<std::filesystem::path>&, const fuzz_target&);

}  // namespace umbra::tools
