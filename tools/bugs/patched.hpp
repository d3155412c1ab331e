// What a patch makes of the tree, which stays as it is.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace umbra::tools {

/// The files that a patch changes (relative to the top of the tree) as it would leave them; null if it does not apply.
/// Works in `work`, which is emptied first and removed at the end.
std::optional<std::map<std::string, std::string>> patched(const std::filesystem::path& patch,
                                                          const std::filesystem::path& work);

}  // namespace umbra::tools
