#include "tools/triage/shelf.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tools/cli/error.hpp"
#include "tools/cli/tree.hpp"
#include "tools/triage/issue.hpp"
#include "tools/triage/regression.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

namespace {

fs::path minimal_of(const fs::path& directory, const record& r) {
  return directory / (std::string("minimal") + r.extension());
}

/// As one would type it at the top of the tree.
std::string from_top(const fs::path& p) {
  const fs::path relative = fs::relative(p, root());
  return relative.empty() || *relative.begin() == ".." ? p.string() : relative.string();
}

}  // namespace

shelf::shelf(fs::path place, const std::vector<fs::path>& known) : place_(std::move(place)) {
  read(place_, true);
  for (const fs::path& directory : known) read(directory, false);
}

void shelf::read(const fs::path& directory, bool ours) {
  if (!fs::is_directory(directory)) return;
  std::vector<fs::path> files;
  for (const auto& e : fs::directory_iterator(directory)) {
    if (e.is_directory() && fs::exists(e.path() / "finding.json")) files.push_back(e.path() / "finding.json");
  }
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    try {
      auto r = nlohmann::json::parse(read_file(file)).get<record>();
      std::string name = signature(r);
      entries_.try_emplace(std::move(name), entry{std::move(r), file.parent_path(), ours});
    } catch (const nlohmann::json::exception&) {
      unreadable_.push_back(file.string());
    }
  }
}

void shelf::write(const entry& e) {
  const fs::path minimal = minimal_of(e.where, e.what);
  write_file(e.where / "finding.json", nlohmann::json(e.what).dump(1) + "\n");
  write_file(minimal, e.what.minimal);
  write_file(e.where / "regression_test.cpp", regression_test(e.what));
  write_file(e.where / "issue.md", issue_text(e.what, from_top(minimal)));
}

shelf::kept shelf::keep(record r) {
  const auto known = entries_.find(signature(r));
  if (known == entries_.end()) {
    entry e{.what = std::move(r), .where = {}};
    e.where = place_ / signature_name(e.what);
    write(e);
    const kept k{true, e.where, e.what.inputs.size()};
    entries_.emplace(signature(e.what), std::move(e));
    return k;
  }
  entry& e = known->second;
  std::vector<std::string> inputs = e.what.inputs;
  for (const std::string& i : r.inputs) {
    if (std::find(inputs.begin(), inputs.end(), i) == inputs.end()) inputs.push_back(i);
  }
  const bool same = r.minimal == e.what.minimal;
  if (r.first_bad.empty()) r.first_bad = e.what.first_bad;
  if (same && r.on_cpu.empty()) r.on_cpu = e.what.on_cpu;
  if (same || r.minimal.size() < e.what.minimal.size()) {
    e.what = std::move(r);
  } else {
    e.what.first_bad = r.first_bad;
  }
  e.what.inputs = std::move(inputs);
  if (e.ours) write(e);
  return {false, e.where, e.what.inputs.size()};
}

void shelf::summarise() const {
  std::vector<kept_finding> all;
  for (const auto& [name, e] : entries_) {
    if (e.ours) all.push_back({e.what, from_top(minimal_of(e.where, e.what))});
  }
  write_file(place_ / "triage.sarif", to_sarif(all));
}

}  // namespace umbra::tools
