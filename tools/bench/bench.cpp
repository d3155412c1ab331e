// umbra bench: the figures that the project is judged by, in one run.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "tools/bench/costs.hpp"
#include "tools/bench/coverage.hpp"
#include "tools/bench/exit_costs.hpp"
#include "tools/bench/instructions.hpp"
#include "tools/bench/speed.hpp"
#include "tools/cli/history.hpp"
#include "tools/cli/tree.hpp"
#include "tools/cli/verbs.hpp"

namespace umbra::tools {

namespace {

/// How many times slower than the empty target each build of a fuzz target may be.
struct speed_aim {
  const char* target;
  double plain, asan;
};
/// That of `exit` is for VM exits, of which an input has many.
/// The emulator's are four times the speed of Xen's emulator fuzzer, which is 1/110 and 1/66 of the empty target here.
constexpr speed_aim speed_aims[] = {
    {"mmu", 50, 75}, {"exit", 10, 10}, {"emulate-alone", 27.5, 16.5}, {"emulate", 27.5, 16.5}};

struct options {
  std::vector<std::string> parts{"speed", "costs", "instructions", "coverage"};
  unsigned seconds = 60;
  bool no_coverage = false;
  std::string target;  ///< "": all of them
  std::filesystem::path json;

  bool measures(const std::string& name) const { return target.empty() || target == name; }
  bool wants(const char* part) const { return std::find(parts.begin(), parts.end(), part) != parts.end(); }
};

status bench(const options& o) {
  nlohmann::json all = nlohmann::json::object();
  std::string text;
  const auto add = [&](const std::string& table) {
    fmt::print("{}\n", table);
    std::fflush(stdout);
    text += table + "\n";
  };
  if (!o.json.empty()) write_file(o.json, "{}\n");
  if (o.wants("speed")) {
    std::vector<speed> builds;
    for (const speed_aim& aim : speed_aims) {
      if (!o.measures(aim.target)) continue;
      const fuzz_target& target = fuzz_target_named(aim.target);
      const auto corpus = grow_corpus(target, std::max(1u, o.seconds / 4));
      builds.push_back(measure_speed(target, "lto", aim.plain, corpus, o.seconds));
      builds.push_back(measure_speed(target, "asan", aim.asan, corpus, o.seconds));
    }
    for (const speed& s : builds) all["speed"].push_back(to_json(s));
    add(speed_table(builds));
    for (const speed& s : builds) {
      if (!s.exits.empty()) add(exit_rates_table(s));
    }
  }
  if (o.wants("costs")) {
    for (const fuzz_target& target : fuzz_targets()) {
      if (!o.measures(target.name) || !has_costs(target)) continue;
      const costs c = measure_costs(target);
      all["costs"].push_back(to_json(c));
      add(costs_table(c));
    }
  }
  if (o.wants("instructions")) {
    const auto counts = count_instructions();
    for (const instruction_count& c : counts) all["instructions"].push_back(to_json(c));
    add(instructions_table(counts));
    const auto exits = count_exit_costs();
    for (const exit_cost& c : exits) all["exits"].push_back(to_json(c));
    add(exit_costs_table(exits));
  }
  if (o.wants("coverage") && !o.no_coverage) {
    const reasons known(read_file(root() / "tools" / "bench" / "unreached.txt"));
    for (const fuzz_target& target : fuzz_targets()) {
      if (o.target.empty() ? !target.among_all : !o.measures(target.name)) continue;
      const coverage reached = measure_coverage(target, o.seconds);
      all["coverage"].push_back(to_json(reached, source_line, known));
      add(coverage_table(reached, source_line, known));
    }
  }
  write_file(build_root() / "reports" / "bench.txt", text);
  keep_report("bench", all);
  if (!o.json.empty()) write_file(o.json, all.dump(2) + "\n");
  return status::good;
}

}  // namespace

void add_bench(CLI::App& app, action& run) {
  auto* verb = app.add_subcommand("bench", "Measures speed, what it is spent on, instruction counts and coverage.");
  auto o = std::make_shared<options>();
  verb->add_option("PART", o->parts, "speed, costs, instructions, coverage; without any: all of them")
      ->check(CLI::IsMember({"speed", "costs", "instructions", "coverage"}));
  verb->add_option("--time", o->seconds, "Seconds of fuzzing behind each build's speed, and behind the coverage")
      ->check(CLI::Range(1, 86400))
      ->capture_default_str();
  verb->add_option("--target", o->target, "Speed, costs and coverage of one fuzz target; without it: of all")
      ->check(CLI::IsMember(fuzz_target_names()));
  verb->add_flag("--no-coverage", o->no_coverage, "Leave the coverage out");
  verb->add_option("--json", o->json, "Where to write the figures as JSON, besides build/reports/bench.json");
  verb->callback([o, &run] { run = [o] { return bench(*o); }; });
}

}  // namespace umbra::tools
