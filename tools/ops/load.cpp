#include "tools/ops/load.hpp"

#include <fmt/format.h>

#include "tools/cli/error.hpp"
#include "tools/cli/tree.hpp"

namespace umbra::tools {

loaded load(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) throw error(fmt::format("There is no file {}.", path.string()));
  if (std::filesystem::is_directory(path)) throw error(fmt::format("{} is a directory.", path.string()));
  const std::string content = read_file(path);
  loaded result;
  result.was_text = fuzz::is_text(content);
  if (result.was_text) {
    fuzz::parse_error e;
    if (!fuzz::from_text(content, result.program, e)) {
      throw error(e.line == 0 ? fmt::format("{}: {}", path.string(), e.message)
                              : fmt::format("{}:{}: {}", path.string(), e.line, e.message));
    }
    return result;
  }
  if (content.empty()) throw error(fmt::format("{} is empty.", path.string()));
  result.program = fuzz::decode({reinterpret_cast<const std::uint8_t*>(content.data()), content.size()});
  return result;
}

std::string raw_of(const fuzz::program& p) {
  const auto bytes = fuzz::encode(p);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace umbra::tools
