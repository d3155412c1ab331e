#include "tools/mutate/edit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <vector>

namespace umbra::tools {

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// The number, from 0, of the line in which a byte is.
std::size_t line_at(const std::string& text, std::size_t at) {
  return static_cast<std::size_t>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
}

}  // namespace

std::string edited(const std::string& text, const edit& e) {
  return text.substr(0, e.begin) + e.with + text.substr(e.end);
}

touched lines_touched(const std::string& text, const edit& e) {
  const std::size_t before = text.rfind('\n', e.begin == 0 ? 0 : e.begin - 1);
  const std::size_t from = before == std::string::npos ? 0 : before + 1;
  const std::size_t to = std::min(text.find('\n', e.end), text.size());
  return {.line = static_cast<unsigned>(line_at(text, e.begin)) + 1,
          .was = text.substr(from, to - from),
          .becomes = text.substr(from, e.begin - from) + e.with + text.substr(e.end, to - e.end)};
}

std::string drawn(const std::string& text, const edit& e) {
  constexpr std::size_t context = 3;
  const std::vector<std::string> was = lines_of(text), becomes = lines_of(edited(text, e));
  const std::size_t first = line_at(text, e.begin), last = line_at(text, e.end);
  const std::size_t from = first - std::min(first, context), to = std::min(last + 1 + context, was.size());
  const std::size_t last_new = last + becomes.size() - was.size();
  std::string out = fmt::format("--- a/{0}\n+++ b/{0}\n@@ -{1},{2} +{1},{3} @@\n", e.file, from + 1, to - from,
                                to - from + becomes.size() - was.size());
  for (std::size_t n = from; n < first; ++n) out += " " + was[n] + "\n";
  for (std::size_t n = first; n <= last; ++n) out += "-" + was[n] + "\n";
  for (std::size_t n = first; n <= last_new; ++n) out += "+" + becomes[n] + "\n";
  for (std::size_t n = last + 1; n < to; ++n) out += " " + was[n] + "\n";
  return out;
}

std::string squeezed(const std::string& text) {
  std::istringstream in(text);
  std::string out;
  for (std::string word; in >> word;) out += (out.empty() ? "" : " ") + word;
  return out;
}

}  // namespace umbra::tools
