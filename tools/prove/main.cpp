// umbra prove: explores every path of the theorems' production code and says what holds.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <thread>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "models/smt/workers.hpp"
#include "tools/cli/error.hpp"
#include "tools/cli/history.hpp"
#include "tools/cli/process.hpp"
#include "tools/cli/program.hpp"
#include "tools/cli/tree.hpp"
#include "tools/prove/table.hpp"
#include "tools/prove/verdict.hpp"

namespace {

using namespace umbra;
using tools::status;

struct options {
  std::vector<std::string> theorems;
  std::string mode, tier = "quick", json;
  std::filesystem::path cases, every_case;
  unsigned jobs = std::max(1u, std::thread::hardware_concurrency());
  bool coverage = true, until_refuted = false;
};

std::vector<const proofs::theorem*> chosen(const options& o) {
  std::vector<const proofs::theorem*> all;
  for (const std::string& name : o.theorems) {
    const auto known = std::find_if(proofs::theorems().begin(), proofs::theorems().end(),
                                    [&](const proofs::theorem* t) { return name == t->id || name == t->title; });
    if (known == proofs::theorems().end())
      throw tools::error("There is no theorem '" + name + "'; ./umbra prove --help lists them.");
    all.push_back(*known);
  }
  if (all.empty()) all.assign(proofs::theorems().begin(), proofs::theorems().end());
  return all;
}

/// How far it is, in place on a terminal, else a line now and then.
class progress_line {
 public:
  explicit progress_line(const char* theorem) : theorem_(theorem) {}
  ~progress_line() {
    if (terminal_ && shown_) fmt::print(stderr, "\r\033[K");
  }
  void operator()(const smt::progress& p) {
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < (terminal_ ? std::chrono::milliseconds(250) : std::chrono::milliseconds(20'000))) return;
    last_ = now;
    shown_ = true;
    const double seconds = std::chrono::duration<double>(now - start_).count();
    const double rate = static_cast<double>(p.paths) / seconds;
    std::string line = fmt::format("{}: {} of {} units, {} paths, {:.0f} a second, {} solver calls", theorem_,
                                   p.finished, p.subjects, p.paths, rate, p.solver_calls);
    if (p.finished > 0 && p.finished < p.subjects)
      line += fmt::format(", about {:.0f} s left",
                          seconds / static_cast<double>(p.finished) * static_cast<double>(p.subjects - p.finished));
    fmt::print(stderr, "{}{}{}", terminal_ ? "\r" : "", line, terminal_ ? "\033[K" : "\n");
    std::fflush(stderr);
  }

 private:
  const char* theorem_;
  bool terminal_ = isatty(2) != 0, shown_ = false;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now(), last_ = start_;
};

tools::theorem_verdict prove(const proofs::theorem& t, const options& o) {
  tools::theorem_verdict v;
  v.theorem = &t;
  std::vector<smt::subject> subjects;
  for (const proofs::unit& u : t.units(o.tier == "full" ? proofs::tier::full : proofs::tier::quick)) {
    if (!o.mode.empty() && u.name().find(o.mode) == std::string::npos) continue;
    // What a racing guest does is not in memory before; a seed should say what a path needs, and no more.
    if (!o.every_case.empty() && u.memory == smt::guest_memory::kind::havoc) continue;
    v.units.push_back({u, {}});
    subjects.push_back([&t, u](smt::path& p) { t.body(p, u); });
  }
  if (subjects.empty()) return v;

  const std::filesystem::path profiles = tools::build_root() / "proofs" / t.id;
  smt::division d;
  d.workers = o.jobs;
  d.until_refuted = o.until_refuted;
  d.wants_cases = !o.every_case.empty();
  if (o.coverage) {
    std::filesystem::remove_all(profiles);
    std::filesystem::create_directories(profiles);
    d.at_end = [&] { tools::leave_profile(profiles); };
  }
  const auto start = std::chrono::steady_clock::now();
  progress_line line(t.id);
  std::vector<smt::exploration> results = smt::explore_all(subjects, d, [&](const smt::progress& p) {
    if (tools::interrupted()) throw tools::error("Interrupted.", status::broken);
    line(p);
  });
  for (std::size_t n = 0; n < results.size(); ++n) v.units[n].result = std::move(results[n]);
  v.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (o.coverage) v.covered = tools::coverage_of(profiles, {t.production.begin(), t.production.end()});
  return v;
}

std::string file_name(const tools::theorem_verdict& v, const tools::unit_verdict& u) {
  std::string name = std::string(v.theorem->id) + "-";
  for (const char c : u.unit.name()) {
    if (c == ',') continue;
    name += c == ' ' ? '-' : c;
  }
  return name;
}

/// Leaves the cases that refute as op files, and says where.
void keep_cases(const tools::theorem_verdict& v, const options& o) {
  for (const tools::unit_verdict& u : v.units) {
    if (!o.every_case.empty() && u.holds()) {
      unsigned n = 0;
      for (const std::string& c : u.result.cases)
        tools::write_file(o.every_case / fmt::format("{}-{:04}.ops", file_name(v, u), n++), c);
    }
    if (!u.result.refuted || u.result.cases.empty()) continue;
    const std::filesystem::path file = o.cases / (file_name(v, u) + ".ops");
    tools::write_file(file, u.result.cases.front());
    fmt::print("  {}:\n{}  replay it: ./umbra run {}\n", u.unit.name(), u.result.cases.front(), file.string());
  }
}

status run(const options& o) {
  std::vector<tools::theorem_verdict> all;
  for (const proofs::theorem* t : chosen(o)) {
    fmt::print("{}{}", tools::heading(*t), tools::row_titles());
    std::fflush(stdout);
    all.push_back(prove(*t, o));
    if (all.back().units.empty()) {
      fmt::print("  nothing: no unit is named so.\n");
      continue;
    }
    fmt::print("{}", tools::rows(all.back()));
    keep_cases(all.back(), o);
    std::fflush(stdout);
  }
  std::erase_if(all, [](const tools::theorem_verdict& v) { return v.units.empty(); });
  if (all.empty()) throw tools::error("No unit's name holds '" + o.mode + "'.");
  const std::filesystem::path json =
      o.json.empty() ? tools::build_root() / "reports" / "proofs.json" : std::filesystem::path(o.json);
  if (o.json.empty()) {
    tools::keep_report("proofs", tools::to_json(all));
  } else {
    tools::write_file(json, tools::to_json(all).dump(2) + "\n");
  }
  const auto holding = std::count_if(all.begin(), all.end(), [](const auto& v) { return v.holds(); });
  double seconds = 0;
  for (const tools::theorem_verdict& v : all) seconds += v.seconds;
  fmt::print("\n{} of {} theorems hold, in {:.0f} s; {} has the figures.\n", holding, all.size(), seconds,
             json.string());
  return static_cast<std::size_t>(holding) == all.size() ? status::good : status::bad;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Proves theorems about the production source: explores every path, with Z3's terms as its integers.",
               "./umbra prove");
  options o;
  app.add_option("THEOREM", o.theorems,
                 "Which, by id or title: T1 walk, T2 fill, T3 role, T4 lookup, T5 entry, T6 transition. Without: all");
  app.add_option("--mode", o.mode, "Only units whose name holds this: 4-level, '36 bits', racing");
  app.add_option("--tier", o.tier, "quick: some address widths; full: all")
      ->check(CLI::IsMember({"quick", "full"}))
      ->capture_default_str();
  app.add_option("--jobs", o.jobs, "Processes; without it: one a core")->check(CLI::Range(1u, 256u));
  app.add_option("--json", o.json, "Where the figures go; without it: build/reports/proofs.json");
  app.add_option("--cases", o.cases, "Where op files of refuting cases go; without it: build/findings/proofs");
  app.add_option("--every-case", o.every_case, "Leave a case of each path there, as op files; without racing guests");
  app.add_flag("--until-refuted", o.until_refuted, "Leave a theorem at its first unit that is refuted");
  app.add_flag("!--no-coverage", o.coverage, "Do not measure which production lines were run");
  return tools::run_program(app, argc, argv, [&] {
    if (o.cases.empty()) o.cases = tools::build_root() / "findings" / "proofs";
    return run(o);
  });
}
