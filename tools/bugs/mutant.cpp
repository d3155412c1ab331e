#include "tools/bugs/mutant.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tools/cli/error.hpp"
#include "tools/cli/tree.hpp"
#include "tools/fuzz/target.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

namespace {

mutant load(const fs::path& directory) {
  const fs::path file = directory / "bug.json";
  mutant m;
  try {
    const auto j = nlohmann::json::parse(read_file(file));
    m.id = j.at("id");
    m.title = j.at("title");
    m.reference = j.at("reference");
    m.room = j.at("room");
    m.target = j.value("target", m.target);
    m.expected = j.at("expected").get<std::vector<std::string>>();
    m.theorems = j.value("theorems", m.theorems);
  } catch (const nlohmann::json::exception& e) {
    throw error(fmt::format("{}: {}.", file.string(), e.what()));
  }
  if (!directory.filename().string().starts_with(m.id + "-")) {
    throw error(fmt::format("{} says that its id is {}, which its directory does not.", file.string(), m.id));
  }
  fuzz_target_named(m.target);
  m.patch = directory / "patch.diff";
  if (!fs::exists(m.patch)) throw error(fmt::format("There is no {}.", m.patch.string()));
  return m;
}

}  // namespace

std::vector<mutant> mutants_in(const fs::path& directory, const std::vector<std::string>& ids) {
  if (!fs::is_directory(directory)) throw error(fmt::format("There is no directory {}.", directory.string()));
  std::vector<mutant> all;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.is_directory()) all.push_back(load(entry.path()));
  }
  std::sort(all.begin(), all.end(), [](const mutant& a, const mutant& b) { return a.id < b.id; });
  const auto twice =
      std::adjacent_find(all.begin(), all.end(), [](const mutant& a, const mutant& b) { return a.id == b.id; });
  if (twice != all.end()) {
    throw error(fmt::format("Two bugs in {} have the id {}; give one of them another.", directory.string(), twice->id));
  }
  if (ids.empty()) return all;
  std::vector<mutant> chosen;
  for (const std::string& id : ids) {
    const auto found = std::find_if(all.begin(), all.end(), [&](const mutant& m) { return m.id == id; });
    if (found == all.end()) throw error(fmt::format("There is no bug '{}' in {}.", id, directory.string()));
    chosen.push_back(*found);
  }
  return chosen;
}

mutant clean_tree(const std::string& target) {
  return {.id = "clean",
          .title = fmt::format("Nothing is planted, and {} may find nothing", target),
          .reference = "",
          .room = "",
          .target = target,
          .expected = {},
          .theorems = {},
          .patch = {}};
}

bool is_clean_tree(const mutant& m) { return m.patch.empty(); }

}  // namespace umbra::tools
