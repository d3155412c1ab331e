#include "tools/fuzz/report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tools/cli/process.hpp"
#include "tools/cli/tree.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

void keep_finding(session_report& r, const fuzz_target& target) {
  if (!r.result.finding || r.result.finding->input.empty()) return;
  fs::path& input = r.result.finding->input;
  // libFuzzer names an input KIND-HASH; the hash keeps findings apart.
  const std::string old = input.filename().string();
  const std::string hash = old.substr(old.rfind('-') + 1).substr(0, 12);
  const fs::path kept = build_root() / "findings" / r.target / fmt::format("{}-{}", r.result.finding->id, hash);
  fs::create_directories(kept.parent_path());
  fs::rename(input, kept);
  input = kept;
  r.ops = kept.string() + target.extension;
  write_file(r.ops, target.text_of_file(kept));
  const fs::path shown =
      build_root() / "reports" / "findings" / fmt::format("{}-{}.json", r.target, kept.filename().string());
  fs::create_directories(shown.parent_path());
  // In a process of its own: what brings down the fuzz target may well bring down this program.
  run({.words = {fs::read_symlink("/proc/self/exe").string(), "run", r.ops.string(), "--json", shown.string()},
       .output = build_root() / "fuzz" / r.target / "shown.txt"});
}

std::string name_of(const session_report& r) {
  return r.engine == fuzz_engine::libfuzzer ? "fuzz-" + r.target
                                            : fmt::format("fuzz-{}-{}", r.target, name_of(r.engine));
}

std::string summary(const session_report& r, const std::function<fs::path(const fs::path&)>& shown) {
  const auto& [total, course, seconds, finding, interrupted] = r.result;
  const auto rate = [&](std::uint64_t n) { return short_number(static_cast<double>(n) / std::max(seconds, 0.001)); };
  const double inputs = std::max<double>(1, static_cast<double>(total.executions));
  std::string text = fmt::format(
      "{}{} in {:.0f} s{}: {} inputs ({} exec/s), {} guest ops ({}/s, {:.1f} an input)\n"
      "coverage {} edges, {} features; corpus {} inputs in {}\n"
      "{} invariant checks, {} full checks\n",
      r.target, r.engine == fuzz_engine::afl ? " by afl" : "", seconds, interrupted ? " (interrupted)" : "",
      total.executions, rate(total.executions), total.counts.effective, rate(total.counts.effective),
      static_cast<double>(total.counts.effective) / inputs, total.coverage, total.features, total.corpus,
      shown(r.corpus).string(), total.counts.checks, total.counts.full_checks);
  if (r.deep.inputs != 0) {
    text += fmt::format("deep check of {} inputs for every address and access: {}\n", r.deep.inputs,
                        r.deep.problems.empty() ? fmt::format("holds, {} paths", r.deep.paths) : "DISAGREES");
    for (const std::string& p : r.deep.problems) text += "  " + p + "\n";
  }
  if (!finding) return text + "no finding\n";
  text += fmt::format("finding {}: {}\n", finding->id, finding->text);
  if (finding->input.empty()) return text + "it left no input; the job's log is in build/fuzz\n";
  text += fmt::format("  input  {}\n  as text {}\n  next   ./umbra run {}\n", shown(finding->input).string(),
                      shown(r.ops).string(), shown(r.ops).string());
  return text;
}

nlohmann::json to_json(const session_report& r) {
  const figures& total = r.result.total;
  nlohmann::json course = nlohmann::json::array();
  for (const moment& m : r.result.course.moments()) {
    course.push_back({{"seconds", m.seconds},
                      {"executions", m.so_far.executions},
                      {"guest_ops", m.so_far.counts.effective},
                      {"coverage", m.so_far.coverage},
                      {"features", m.so_far.features},
                      {"corpus", m.so_far.corpus}});
  }
  nlohmann::json j{
      {"target", r.target},
      {"engine", name_of(r.engine)},
      {"jobs", r.jobs},
      {"seed", r.seed},
      {"seconds", r.result.seconds},
      {"interrupted", r.result.interrupted},
      {"executions", total.executions},
      {"guest_ops", total.counts.effective},
      {"fault_or_table_ops", total.counts.fault_or_table},
      {"page_fault_exits", total.counts.exits},
      {"coverage", total.coverage},
      {"features", total.features},
      {"corpus", total.corpus},
      {"invariant_checks", total.counts.checks},
      {"full_checks", total.counts.full_checks},
      {"deep_inputs", r.deep.inputs},
      {"deep_paths", r.deep.paths},
      {"deep_problems", r.deep.problems},
      {"course", course},
      {"finding", nullptr},
  };
  if (const auto& f = r.result.finding) {
    j["finding"] = {{"id", f->id}, {"text", f->text}, {"input", f->input.string()}, {"ops", r.ops.string()}};
  }
  return j;
}

}  // namespace umbra::tools
