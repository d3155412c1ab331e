#include "tools/cli/history.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tools/cli/error.hpp"
#include "tools/cli/process.hpp"
#include "tools/cli/tree.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

namespace {

/// What git says, without the newline at the end; "" if it cannot say.
std::string git(const std::vector<std::string>& question, const fs::path& answer) {
  std::vector<std::string> words{"git"};
  words.insert(words.end(), question.begin(), question.end());
  const bool well = run({.words = words, .directory = root(), .output = answer}) == 0;
  std::string said = read_file(answer);
  fs::remove(answer);
  while (!said.empty() && said.back() == '\n') said.pop_back();
  return well ? said : "";
}

}  // namespace

void keep_report(const std::string& name, const nlohmann::json& report) {
  const fs::path reports = build_root() / "reports", history = reports / "history";
  write_file(reports / (name + ".json"), report.dump(2) + "\n");
  fs::create_directories(history);
  const fs::path answer = history / (name + ".git");
  const nlohmann::json entry{{"at", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)))},
                             {"commit", git({"rev-parse", "HEAD"}, answer)},
                             {"changed", !git({"status", "--porcelain", "--untracked-files=no"}, answer).empty()},
                             {"report", report}};
  std::ofstream out(history / (name + ".jsonl"), std::ios::app);
  out << entry.dump() + "\n";
  out.close();
  if (!out) throw error(fmt::format("Cannot write {}.", (history / (name + ".jsonl")).string()), status::broken);
}

}  // namespace umbra::tools
