#include "tools/bench/unreached.hpp"

#include <fmt/format.h>

#include <sstream>
#include <vector>

#include "tools/cli/error.hpp"

namespace umbra::tools {

namespace {

std::string trimmed(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(' ');
  return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

}  // namespace

reasons::reasons(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> lines;
  std::string reason;
  const auto close = [&] {
    if (!lines.empty() && reason.empty()) {
      throw error(fmt::format("unreached.txt gives no reason for '{}'.", lines.back().second));
    }
    for (const auto& l : lines) known_[l] = reason;
    lines.clear();
    reason.clear();
  };
  std::istringstream in{std::string(text)};
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    if (line[0] == ' ') {
      if (lines.empty()) throw error(fmt::format("unreached.txt has a reason for nothing: '{}'.", trimmed(line)));
      reason += (reason.empty() ? "" : " ") + trimmed(line);
      continue;
    }
    if (!reason.empty()) close();
    const std::size_t colon = line.find(": ");
    if (colon == std::string::npos) throw error(fmt::format("unreached.txt: '{}' names no file.", line));
    lines.emplace_back(line.substr(0, colon), trimmed(line.substr(colon + 2)));
  }
  close();
}

std::string reasons::why(const std::string& file, const std::string& line) const {
  const auto found = known_.find({file, trimmed(line)});
  return found == known_.end() ? "" : found->second;
}

}  // namespace umbra::tools
