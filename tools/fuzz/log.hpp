// Logs of processes that write much.
#pragma once

#include <filesystem>
#include <string>

namespace umbra::tools {

/// The end of a file that may be long, `bytes` at most; "" if it cannot be read.
std::string last_of(const std::filesystem::path&, std::size_t bytes);

/// The rest of the first line that contains `mark`, from `mark` on; or "".
std::string line_from(const std::string& text, const std::string& mark);

}  // namespace umbra::tools
