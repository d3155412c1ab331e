// Reads every source file's includes and says which break the house's order.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace umbra::ci {

/// One line per fault: "path:line: what is wrong". Empty when the tree under `root` is in order.
std::vector<std::string> faults_of(const std::filesystem::path& root);

}  // namespace umbra::ci
