// Committed text files as inputs that a fuzz engine can read.
#pragma once

#include <filesystem>

#include "tools/fuzz/target.hpp"

namespace umbra::tools {

/// Encodes every text file of the target's under `from` (if it exists) to a raw input in `to`, and leaves alone what is
/// there already. Returns how many there are; throws `error` at a file that does not parse.
unsigned encode_seeds(const fuzz_target&, const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace umbra::tools
