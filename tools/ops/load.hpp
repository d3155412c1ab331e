// Reads a program of ops from a file, whichever of the two forms it has.
#pragma once

#include <filesystem>
#include <string>

#include "fuzz/ops/codec.hpp"
#include "fuzz/ops/text.hpp"

namespace umbra::tools {

struct loaded {
  fuzz::program program;
  bool was_text = false;
};

/// Throws `error`, with file and line, if a file that says it is text is not an op file, or cannot be read.
loaded load(const std::filesystem::path&);
std::string raw_of(const fuzz::program&);

}  // namespace umbra::tools
