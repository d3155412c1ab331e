#include "tools/props/failure.hpp"

#include <optional>
#include <regex>
#include <sstream>

namespace umbra::tools {

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// Values come as fuzz/properties/arbitrary.hpp shows them: a program begins a line of its own, and so does what
/// follows it, which is a comma, a bracket or an empty line.
std::vector<std::string> programs_in(const std::vector<std::string>& lines) {
  std::vector<std::string> programs;
  bool inside = false;
  for (const std::string& line : lines) {
    if (line.starts_with("umbra-ops ")) {
      programs.emplace_back();
      inside = true;
    } else if (line.empty() || line[0] == ',' || line[0] == ')') {
      inside = false;
    }
    if (inside) programs.back() += line + "\n";
  }
  return programs;
}

/// The check that failed stands after its place, "FILE:LINE:", and what it has to say after an empty line.
std::optional<std::string> failed_check(const std::vector<std::string>& lines) {
  static const std::regex place(R"(\S+\.[ch]pp:\d+:)");
  for (std::size_t n = lines.size(); n-- > 0;) {
    if (!std::regex_match(lines[n], place) || n + 1 >= lines.size()) continue;
    const std::string& check = lines[n + 1];
    if (check.starts_with("RC_FAIL") && n + 3 < lines.size()) return lines[n + 3];
    return check + " at " + lines[n].substr(0, lines[n].size() - 1);
  }
  return std::nullopt;
}

}  // namespace

property_failure read_failure(const std::string& message) {
  const std::vector<std::string> lines = lines_of(message);
  property_failure f{.why = {}, .programs = programs_in(lines)};
  if (const auto check = failed_check(lines)) f.why = *check;
  for (const std::string& line : lines) {
    if (line.starts_with("Gave up after ")) f.why = line + ": its precondition hardly ever holds";
  }
  if (f.why.empty()) f.why = lines.empty() ? "it says nothing" : lines.back();
  return f;
}

}  // namespace umbra::tools
