#include "tools/bench/coverage_export.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>

namespace umbra::tools {

namespace {

using json = nlohmann::json;

/// Where a condition begins and ends: line, column, line, column.
using extent = std::array<unsigned, 4>;

struct arms {
  bool taken = false, passed = false;  ///< by some instance
};

/// PATH from `room` on, or "".
std::string within(const std::string& path, std::string_view room) {
  const std::size_t at = path.rfind(room);
  return at == std::string::npos ? "" : path.substr(at);
}

/// A boundary in a file, from which on all is executed `count` times.
struct segment {
  unsigned line = 0;
  std::uint64_t count = 0;
  bool counted = false;  ///< `count` means something
  bool entry = false;    ///< a region begins here
  bool gap = false;      ///< of white space between statements

  explicit segment(const json& s) : line(s[0]), count(s[2]), counted(s[3]), entry(s[4]), gap(s[5]) {}
};

/// As llvm-cov's own LineCoverageStats: a line counts if a region with a count begins on it or covers its beginning,
/// and it is reached if any of these is. (Gaps begin nothing.)
void add_lines(const json& segments, file_coverage& to) {
  std::map<unsigned, std::vector<segment>> by_line;
  for (const json& s : segments) {
    const segment read(s);
    by_line[read.line].push_back(read);
  }
  if (by_line.empty()) return;
  const segment* wrapped = nullptr;
  for (unsigned line = by_line.begin()->first; line <= by_line.rbegin()->first; ++line) {
    const auto here = by_line.find(line);
    unsigned entries = 0;
    std::uint64_t most = 0;
    bool skipped = false;
    if (here != by_line.end()) {
      for (const segment& s : here->second) {
        if (s.entry && s.counted && !s.gap) {
          ++entries;
          most = std::max(most, s.count);
        }
      }
      skipped = !here->second.front().counted && here->second.front().entry;
    }
    const bool mapped = !skipped && ((wrapped != nullptr && wrapped->counted) || entries > 0);
    if (wrapped != nullptr && wrapped->counted) most = std::max(most, wrapped->count);
    if (mapped) {
      ++to.lines;
      if (most == 0) to.missed_lines.push_back(line);
    }
    if (here != by_line.end()) wrapped = &here->second.back();
  }
}

}  // namespace

std::vector<file_coverage> files_of(const json& exported, std::string_view room) {
  std::map<std::string, file_coverage> files;
  std::map<std::string, std::map<extent, arms>> branches;
  for (const json& data : exported.at("data")) {
    for (const json& f : data.at("files")) {
      const std::string name = within(f.at("filename"), room);
      if (name.empty()) continue;
      files[name].file = name;
      add_lines(f.at("segments"), files[name]);
    }
    for (const json& f : data.at("functions")) {
      for (const json& b : f.at("branches")) {
        const std::string name = within(f.at("filenames").at(b.at(6).get<std::size_t>()), room);
        if (name.empty()) continue;
        arms& both = branches[name][{b[0], b[1], b[2], b[3]}];
        both.taken |= b[4].get<std::uint64_t>() != 0;
        both.passed |= b[5].get<std::uint64_t>() != 0;
      }
    }
  }
  for (const auto& [name, conditions] : branches) {
    for (const auto& [where, both] : conditions) {
      files[name].arms += 2;
      if (!both.taken) files[name].missed_arms.push_back({where[0], where[1], true});
      if (!both.passed) files[name].missed_arms.push_back({where[0], where[1], false});
    }
  }
  std::vector<file_coverage> list;
  for (const auto& [name, f] : files) list.push_back(f);
  return list;
}

}  // namespace umbra::tools
