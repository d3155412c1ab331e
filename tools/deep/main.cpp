// umbra-deep: judges snapshots for every address and access at once. ./umbra deep makes the snapshots and calls this.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <map>
#include <thread>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "models/smt/workers.hpp"
#include "tools/cli/error.hpp"
#include "tools/cli/process.hpp"
#include "tools/cli/program.hpp"
#include "tools/cli/tree.hpp"
#include "tools/deep/judge.hpp"
#include "tools/deep/verdict.hpp"

namespace {

using namespace umbra;
using tools::status;

struct options {
  std::vector<std::filesystem::path> files;
  std::filesystem::path json;
  unsigned jobs = std::max(1u, std::thread::hardware_concurrency());
  bool quiet = false;
};

std::vector<tools::deep_verdict> judge(const options& o, const std::vector<tools::snapshot>& all) {
  std::vector<smt::subject> subjects;
  for (const tools::snapshot& s : all) {
    for (std::size_t v = 0; v < s.vcpus.size(); ++v) subjects.push_back(tools::every_access_of(s, v));
  }
  smt::division d;
  d.workers = o.jobs;
  auto last = std::chrono::steady_clock::now();
  const std::vector<smt::exploration> results = smt::explore_all(subjects, d, [&](const smt::progress& p) {
    if (tools::interrupted()) throw tools::error("Interrupted.", status::broken);
    const auto now = std::chrono::steady_clock::now();
    if (o.quiet || now - last < std::chrono::seconds(10)) return;
    last = now;
    fmt::print(stderr, "umbra: {} of {} vCPUs judged, {} paths, {} solver calls\n", p.finished, p.subjects, p.paths,
               p.solver_calls);
  });
  std::vector<tools::deep_verdict> verdicts;
  std::size_t next = 0;
  for (const tools::snapshot& s : all) {
    tools::deep_verdict v{.input = s.input, .concrete = s.finding};
    v.tables = s.tables.size();
    for (std::size_t n = 0; n < s.vcpus.size(); ++n) v.vcpus.push_back(results[next++]);
    verdicts.push_back(std::move(v));
  }
  return verdicts;
}

status run(const options& o) {
  std::vector<tools::snapshot> all;
  for (const std::filesystem::path& f : o.files) {
    try {
      all.push_back(tools::snapshot_of(tools::read_file(f)));
    } catch (const nlohmann::json::exception& e) {
      throw tools::error(fmt::format("{} is no snapshot: {}.", f.string(), e.what()));
    }
  }
  const auto verdicts = judge(o, all);
  if (!o.quiet) fmt::print("{}", tools::deep_table(verdicts));
  if (!o.json.empty()) tools::write_file(o.json, tools::to_json(verdicts));
  return std::all_of(verdicts.begin(), verdicts.end(), [](const auto& v) { return v.agrees() && !v.refuted(); })
             ? status::good
             : status::bad;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Judges snapshots of machine states for every address and access at once.", "umbra-deep");
  options o;
  app.add_option("SNAPSHOT", o.files, "Files that ./umbra deep has written")->required();
  app.add_option("--jobs", o.jobs, "Processes; without it: one a core")->check(CLI::Range(1u, 256u));
  app.add_option("--json", o.json, "Where the figures go");
  app.add_flag("--quiet", o.quiet, "No table, no progress");
  return tools::run_program(app, argc, argv, [&] {
    return run(o);
  });
}
