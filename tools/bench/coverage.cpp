#include "tools/bench/coverage.hpp"

#include <fmt/format.h>

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

constexpr double least_lines_percent = 98, least_arms_percent = 95;

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

std::string source_line(const std::string& file, unsigned line) {
  std::istringstream in(read_file(root() / file));
  std::string text;
  for (unsigned n = 0; n < line; ++n) std::getline(in, text);
  const std::size_t begin = text.find_first_not_of(' ');
  return begin == std::string::npos ? "" : text.substr(begin);
}

}  // namespace

double coverage::lines_percent() const { return percent_of(files, &file_coverage::missed_lines, &file_coverage::lines); }
double coverage::arms_percent() const { return percent_of(files, &file_coverage::missed_arms, &file_coverage::arms); }

coverage measure_coverage(unsigned seconds) {
  build("coverage", {"umbra-fuzz-mmu"});
  const fs::path binary = program(build_directory("coverage"), "umbra-fuzz-mmu");
  const fs::path work = build_root() / "bench" / "coverage";
  fs::remove_all(work);
  fs::create_directories(work / "corpus");
  encode_seeds(root() / "corpus" / "seeds", work / "seeds");
  const fs::path raw = work / "fuzz.profraw", merged = work / "fuzz.profdata", exported = work / "fuzz.json";
  const fs::path log = work / "fuzz.log", merge_log = work / "merge.log", export_log = work / "export.log";
  must({.words = {binary.string(), fmt::format("-max_total_time={}", seconds), "-seed=1", "-len_control=0", "-max_len=4096",
                  "-reload=0", fmt::format("-artifact_prefix={}/", work.string()), (work / "corpus").string(),
                  (work / "seeds").string()},
        .directory = work,
        .environment = {{"LLVM_PROFILE_FILE", raw.string()}},
        .output = log},
       log);
  must({.words = {"llvm-profdata-19", "merge", "-sparse", raw.string(), "-o", merged.string()}, .output = merge_log}, merge_log);
  // Through a shell, which keeps warnings out of the JSON.
  must({.words = {"sh", "-c", "exec llvm-cov-19 export -skip-expansions -instr-profile=\"$1\" \"$2\" >\"$3\"", "sh",
                  merged.string(), binary.string(), exported.string()},
        .output = export_log},
       export_log);
  return {seconds, files_of(nlohmann::json::parse(read_file(exported)), "core/mmu/")};
}

std::string coverage_table(const coverage& c) { return coverage_table(c, source_line); }

std::string coverage_table(const coverage& c,
                           const std::function<std::string(const std::string& file, unsigned line)>& line_of) {
  const double lines = c.lines_percent(), arms = c.arms_percent();
  std::string text = fmt::format("{:<32} {:>8} {:>8} {:>8} {:>8}\n", fmt::format("coverage, {} s", c.seconds), "lines",
                                 "reached", "arms", "reached");
  for (const file_coverage& f : c.files) {
    text += fmt::format("{:<32} {:>8} {:>6.1f} % {:>8} {:>6.1f} %\n", f.file, f.lines, percent(f.missed_lines.size(), f.lines),
                        f.arms, percent(f.missed_arms.size(), f.arms));
  }
  text += fmt::format("core/mmu: {:.1f} % of lines ({}{:.0f} %), {:.1f} % of branch arms ({}{:.0f} %)\n", lines,
                      lines >= least_lines_percent ? "" : "missed: ", least_lines_percent, arms,
                      arms >= least_arms_percent ? "" : "missed: ", least_arms_percent);
  for (const file_coverage& f : c.files) {
    for (const unsigned line : f.missed_lines) {
      text += fmt::format("  {}:{}: never reached: {}\n", f.file, line, line_of(f.file, line));
    }
    for (const missed_arm& a : f.missed_arms) {
      text += fmt::format("  {}:{}:{}: never {}: {}\n", f.file, a.line, a.column, a.when, line_of(f.file, a.line));
    }
  }
  return text;
}

nlohmann::json to_json(const coverage& c) {
  nlohmann::json files = nlohmann::json::array();
  for (const file_coverage& f : c.files) {
    nlohmann::json arms = nlohmann::json::array();
    for (const missed_arm& a : f.missed_arms) arms.push_back({{"line", a.line}, {"column", a.column}, {"never", a.when}});
    files.push_back(
        {{"file", f.file}, {"lines", f.lines}, {"arms", f.arms}, {"missed_lines", f.missed_lines}, {"missed_arms", arms}});
  }
  return {{"room", "core/mmu"},
          {"seconds", c.seconds},
          {"lines_percent", c.lines_percent()},
          {"arms_percent", c.arms_percent()},
          {"files", files},
          {"aims", {{"lines_percent", least_lines_percent}, {"arms_percent", least_arms_percent}}}};
}

}  // namespace umbra::tools
