#include "tools/props/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tools/cli/tree.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

namespace {

std::uint64_t cases(const rounds_request& request, const property_result& r) {
  return std::uint64_t{r.runs - (r.broken ? 1u : 0u)} * request.count;
}

fs::path place_of(const counterexample& c, const std::string& suffix) {
  return build_root() / "findings" / "props" / fmt::format("{}-{}{}", c.run.property, c.run.seed, suffix);
}

/// Where keep() puts the files.
kept_counterexample places(const counterexample& c) {
  kept_counterexample kept{.ops = {}, .report = place_of(c, ".txt")};
  for (std::size_t n = 1; n <= c.programs.size(); ++n)
    kept.ops.push_back(place_of(c, n == 1 ? ".ops" : fmt::format("-{}.ops", n)));
  return kept;
}

std::vector<std::string> names(const std::vector<fs::path>& paths) {
  std::vector<std::string> all;
  for (const fs::path& p : paths) all.push_back(p.string());
  return all;
}

}  // namespace

kept_counterexample keep(const counterexample& c) {
  kept_counterexample kept = places(c);
  fs::create_directories(kept.report.parent_path());
  write_file(kept.report, c.report);
  for (std::size_t n = 0; n < kept.ops.size(); ++n) write_file(kept.ops[n], c.programs[n]);
  return kept;
}

std::string command_again(const property_run& r) {
  return fmt::format("./umbra props {} --seed {} --count {} --size {}", r.property, r.seed, r.count, r.size);
}

std::string summary(const rounds_request& request, const rounds_result& result,
                    const std::function<fs::path(const fs::path&)>& shown) {
  std::size_t width = 0;
  for (const property_result& r : result.properties) width = std::max(width, r.property.size());
  std::string text;
  for (const property_result& r : result.properties) {
    text += fmt::format("{:<{}}  {:>9} cases  {:>6.1f} s  {}\n", r.property, width, cases(request, r), r.seconds,
                        r.broken      ? "DOES NOT HOLD"
                        : r.runs == 0 ? "not run"
                                      : "holds");
  }
  if (result.cut_short != 0)
    text += fmt::format("{} run{} did not come to an end\n", result.cut_short, result.cut_short == 1 ? "" : "s");
  for (const property_result& r : result.properties) {
    if (!r.broken) continue;
    const kept_counterexample kept = places(*r.broken);
    text += fmt::format("counterexample of {}, seed {}: {}\n", r.property, r.broken->run.seed, r.broken->why);
    for (const fs::path& p : kept.ops)
      text +=
          fmt::format("  as text {}{}\n", shown(p).string(), r.broken->shrunk ? "" : " (not shrunk: the process died)");
    text += fmt::format("  said    {}\n", shown(kept.report).string());
    if (!kept.ops.empty()) text += fmt::format("  next    ./umbra run {}\n", shown(kept.ops[0]).string());
    text += fmt::format("  again   {}\n", command_again(r.broken->run));
  }
  return text;
}

std::string to_json(const rounds_request& request, const rounds_result& result) {
  nlohmann::json j{{"seed", request.seed},          {"count", request.count},
                   {"size", request.size},          {"jobs", request.jobs},
                   {"seconds", result.seconds},     {"interrupted", result.interrupted},
                   {"cut_short", result.cut_short}, {"properties", nlohmann::json::array()}};
  for (const property_result& r : result.properties) {
    nlohmann::json p{{"name", r.property},
                     {"runs", r.runs},
                     {"cases", cases(request, r)},
                     {"seconds", r.seconds},
                     {"counterexample", nullptr}};
    if (r.broken) {
      const kept_counterexample kept = places(*r.broken);
      p["counterexample"] = {{"seed", r.broken->run.seed},     {"why", r.broken->why},
                             {"shrunk", r.broken->shrunk},     {"ops", names(kept.ops)},
                             {"report", kept.report.string()}, {"again", command_again(r.broken->run)}};
    }
    j["properties"].push_back(p);
  }
  return j.dump(2) + "\n";
}

}  // namespace umbra::tools
