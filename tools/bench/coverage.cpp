#include "tools/bench/coverage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tools/cli/error.hpp"
#include "tools/cli/process.hpp"
#include "tools/cli/tree.hpp"
#include "tools/fuzz/job.hpp"
#include "tools/fuzz/seeds.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

namespace {

void must(const command& c, const fs::path& log) {
  if (run(c) != 0) throw error(fmt::format("{} failed; {} says why.", c.words[0], log.string()), status::broken);
}

double percent(std::size_t missed, std::size_t all) {
  return all == 0 ? 100.0 : 100.0 * static_cast<double>(all - missed) / static_cast<double>(all);
}

template <class Missed, class All>
double percent_of(const std::vector<file_coverage>& files, Missed missed, All all) {
  std::size_t missed_ones = 0, ones = 0;
  for (const file_coverage& f : files) {
    missed_ones += (f.*missed).size();
    ones += f.*all;
  }
  return percent(missed_ones, ones);
}

}  // namespace

double coverage::lines_percent() const {
  return percent_of(files, &file_coverage::missed_lines, &file_coverage::lines);
}
double coverage::arms_percent() const { return percent_of(files, &file_coverage::missed_arms, &file_coverage::arms); }

coverage measure_coverage(const fuzz_target& target, unsigned seconds) {
  build("coverage", {target.program()});
  const fs::path binary = program(build_directory("coverage"), target.program());
  const fs::path work = build_root() / "bench" / ("coverage-" + target.name);
  fs::remove_all(work);
  fs::create_directories(work / "corpus");
  encode_seeds(target, target.seeds(), work / "seeds");
  const fs::path raw = work / "fuzz.profraw", merged = work / "fuzz.profdata", exported = work / "fuzz.json";
  const fs::path log = work / "fuzz.log", merge_log = work / "merge.log", export_log = work / "export.log";
  std::vector<std::string> words{
      binary.string(), fmt::format("-max_total_time={}", seconds),        "-seed=1", "-len_control=0", "-max_len=4096",
      "-reload=0",     fmt::format("-artifact_prefix={}/", work.string())};
  words.insert(words.end(), target.flags.begin(), target.flags.end());
  words.insert(words.end(), {(work / "corpus").string(), (work / "seeds").string()});
  must({.words = words, .directory = work, .environment = {{"LLVM_PROFILE_FILE", raw.string()}}, .output = log}, log);
  must({.words = {"llvm-profdata-19", "merge", "-sparse", raw.string(), "-o", merged.string()}, .output = merge_log},
       merge_log);
  // Through a shell, which keeps warnings out of the JSON.
  must({.words = {"sh", "-c", "exec llvm-cov-19 export -skip-expansions -instr-profile=\"$1\" \"$2\" >\"$3\"", "sh",
                  merged.string(), binary.string(), exported.string()},
        .output = export_log},
       export_log);
  coverage c{.rooms = "", .lines = target.lines, .arms = target.arms, .seconds = seconds, .files = {}};
  const auto all = nlohmann::json::parse(read_file(exported));
  for (const std::string& room : target.rooms) {
    c.rooms += (c.rooms.empty() ? "" : ", ") + room.substr(0, room.size() - 1);
    for (file_coverage& f : files_of(all, room)) c.files.push_back(std::move(f));
  }
  return c;
}

std::string source_line(const std::string& file, unsigned line) {
  std::istringstream in(read_file(root() / file));
  std::string text;
  for (unsigned n = 0; n < line; ++n) std::getline(in, text);
  const std::size_t begin = text.find_first_not_of(' ');
  return begin == std::string::npos ? "" : text.substr(begin);
}

std::string coverage_table(const coverage& c, const source& line_of, const reasons& known) {
  const double lines = c.lines_percent(), arms = c.arms_percent();
  std::string text = fmt::format("{:<28} {:>6} {:>9} {:>6} {:>9}\n", fmt::format("coverage, {} s", c.seconds), "lines",
                                 "reached", "arms", "reached");
  for (const file_coverage& f : c.files) {
    text += fmt::format("{:<28} {:>6} {:>7.2f} % {:>6} {:>7.2f} %\n", f.file, f.lines,
                        percent(f.missed_lines.size(), f.lines), f.arms, percent(f.missed_arms.size(), f.arms));
  }
  // Under each reason what it explains; first what nothing explains.
  std::vector<std::pair<std::string, std::string>> groups{{"", ""}};
  unsigned unexplained = 0;
  const auto miss = [&](const std::string& file, unsigned line, const std::string& what) {
    const std::string code = line_of(file, line), why = known.why(file, code);
    unexplained += why.empty();
    auto group = std::find_if(groups.begin(), groups.end(), [&](const auto& g) { return g.first == why; });
    if (group == groups.end()) group = groups.insert(group, {why, ""});
    group->second += fmt::format("    {}:{}: {}: {}\n", file, line, what, code);
  };
  for (const file_coverage& f : c.files) {
    for (const unsigned line : f.missed_lines) miss(f.file, line, "never reached");
    for (const missed_arm& a : f.missed_arms) miss(f.file, a.line, fmt::format("column {} never {}", a.column, a.when));
  }
  text += fmt::format("{}: {:.2f} % of lines ({}{:.0f} %), {:.2f} % of branch arms ({}{:.0f} %); {}\n", c.rooms, lines,
                      lines >= c.lines ? "" : "missed: ", c.lines, arms, arms >= c.arms ? "" : "missed: ", c.arms,
                      unexplained == 0 ? "the rest is explained" : fmt::format("{} unexplained", unexplained));
  for (const auto& [why, missed] : groups) {
    if (!missed.empty()) text += fmt::format("  {}\n{}", why.empty() ? "UNEXPLAINED" : why, missed);
  }
  return text;
}

nlohmann::json to_json(const coverage& c, const source& line_of, const reasons& known) {
  nlohmann::json files = nlohmann::json::array();
  for (const file_coverage& f : c.files) {
    const auto why = [&](unsigned line) { return known.why(f.file, line_of(f.file, line)); };
    nlohmann::json lines = nlohmann::json::array(), arms = nlohmann::json::array();
    for (const unsigned line : f.missed_lines) lines.push_back({{"line", line}, {"why", why(line)}});
    for (const missed_arm& a : f.missed_arms) {
      arms.push_back({{"line", a.line}, {"column", a.column}, {"never", a.when}, {"why", why(a.line)}});
    }
    files.push_back(
        {{"file", f.file}, {"lines", f.lines}, {"arms", f.arms}, {"missed_lines", lines}, {"missed_arms", arms}});
  }
  return {{"rooms", c.rooms},
          {"seconds", c.seconds},
          {"lines_percent", c.lines_percent()},
          {"arms_percent", c.arms_percent()},
          {"files", files},
          {"aims", {{"lines_percent", c.lines}, {"arms_percent", c.arms}}}};
}

}  // namespace umbra::tools
