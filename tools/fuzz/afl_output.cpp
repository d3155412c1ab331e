#include "tools/fuzz/afl_output.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <sstream>
#include <vector>

#include "tools/cli/tree.hpp"
#include "tools/fuzz/content_hash.hpp"
#include "tools/fuzz/log.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

namespace {

/// The first of a directory's entries that are inputs, by name.
std::optional<fs::path> first_input(const fs::path& directory) {
  std::optional<fs::path> first;
  std::error_code none;
  for (const auto& e : fs::directory_iterator(directory, none)) {
    if (e.path().filename().string().starts_with("id:") && (!first || e.path() < *first)) first = e.path();
  }
  return first;
}

}  // namespace

engine_status afl_output::status() const {
  engine_status s{.coverage = 0, .features = 0, .corpus = seen_.size()};
  const std::string text = last_of(node_ / "plot_data", 4096);
  const std::size_t end = text.find_last_not_of('\n');
  if (end == std::string::npos) return s;
  const std::size_t start = text.rfind('\n', end) + 1;
  std::istringstream line(text.substr(start, end + 1 - start));
  std::vector<std::string> columns;
  for (std::string column; std::getline(line, column, ',');) columns.push_back(column);
  // relative_time, cycles_done, cur_item, corpus_count, pending_total, pending_favs, map_size, saved_crashes,
  // saved_hangs, max_depth, execs_per_sec, total_execs, edges_found
  if (columns.size() < 13 || columns[0].starts_with('#')) return s;
  s.coverage = std::strtoull(columns[12].c_str(), nullptr, 10);
  return s;
}

std::optional<fs::path> afl_output::kept(bool& hang) const {
  hang = false;
  if (auto crash = first_input(node_ / "crashes")) return crash;
  hang = true;
  return first_input(node_ / "hangs");
}

void afl_output::copy_finds(const fs::path& corpus) {
  std::error_code none;
  for (const auto& e : fs::directory_iterator(node_ / "queue", none)) {
    const std::string name = e.path().filename().string();
    if (!name.starts_with("id:") || !seen_.insert(name).second) continue;
    // What it read, or had of another node, is somewhere else already.
    if (name.find(",orig:") != std::string::npos || name.find(",sync:") != std::string::npos) continue;
    const std::string content = read_file(e.path());
    const fs::path copy = corpus / fmt::format("afl-{:016x}", content_hash(content));
    if (content.empty() || fs::exists(copy)) continue;
    // Other engines read the corpus while we write.
    const fs::path draft = corpus.parent_path() / fmt::format(".{}", copy.filename().string());
    write_file(draft, content);
    fs::rename(draft, copy);
  }
}

}  // namespace umbra::tools
