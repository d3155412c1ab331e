// umbra bugs: does the harness find what is planted?
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "tools/bugs/bench.hpp"
#include "tools/bugs/properties.hpp"
#include "tools/bugs/table.hpp"
#include "tools/cli/history.hpp"
#include "tools/cli/process.hpp"
#include "tools/cli/tree.hpp"
#include "tools/cli/verbs.hpp"
#include "tools/fuzz/seeds.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

namespace {

struct options {
  std::vector<std::string> ids;
  unsigned seconds = 60, seeds = 1, jobs = 0;
  fs::path json;
  bool proofs = true, properties = true, kernel = false;
  std::string engine = "libfuzzer";
};

status hunt_all(options o) {
  const bool everything = o.ids.empty();
  const bool clean = std::erase(o.ids, "clean") != 0 || everything;
  std::vector<mutant> mutants;
  if (everything || !o.ids.empty()) mutants = mutants_in(root() / "corpus" / "bugs", o.ids);
  std::vector<std::string> targets;
  for (const mutant& m : mutants) {
    if (std::find(targets.begin(), targets.end(), m.target) == targets.end()) targets.push_back(m.target);
  }
  if (targets.empty()) targets = {"mmu", "emulate"};
  const std::size_t planted = mutants.size();
  if (clean) {
    for (const std::string& t : targets) mutants.insert(mutants.begin(), clean_tree(t));
  }
  if (!o.json.empty()) write_file(o.json, "[]\n");
  if (o.jobs == 0) o.jobs = std::max(1u, std::thread::hardware_concurrency());

  const fs::path work = build_root() / "bugs";
  fs::remove_all(work / "seeds");
  unsigned seeds = 0;
  for (const std::string& t : targets) {
    const fuzz_target& target = fuzz_target_named(t);
    seeds += encode_seeds(target, target.seeds(), work / "seeds" / t);
  }
  const std::vector<fuzz_engine> engines = engines_named(o.engine);
  std::vector<std::string> fuzzers, programs, mutators;
  if (o.properties) programs.emplace_back(properties_program);
  for (const std::string& t : targets) {
    fuzzers.push_back(fuzz_target_named(t).program());
    mutators.push_back(fuzz_target_named(t).mutator);
  }
  if (o.engine != name_of(fuzz_engine::afl)) programs.insert(programs.end(), fuzzers.begin(), fuzzers.end());
  if (!programs.empty()) build("plain", programs);
  const build_plan plan(build_directory("plain"), programs);
  std::optional<build_plan> afl;
  if (o.engine != name_of(fuzz_engine::libfuzzer)) {
    build("plain", mutators);
    build("afl", fuzzers);
    afl.emplace(build_directory("afl"), fuzzers);
  }
  std::optional<build_plan> theorems;
  if (o.proofs && std::any_of(mutants.begin(), mutants.end(), [](const mutant& m) { return !m.theorems.empty(); })) {
    build("smt", {"umbra-prove"});
    theorems.emplace(build_directory("smt"), std::vector<std::string>{"umbra-prove"});
  }
  std::optional<kernel_bench> kernel;
  if (o.kernel) kernel.emplace(work / "kernel");
  fmt::print("umbra: hunting {} bugs, up to {} s each with {} seed{}, {} at a time, from {} committed inputs\n",
             planted, o.seconds, o.seeds, o.seeds == 1 ? "" : "s", o.jobs, seeds);
  fmt::print("{}", table_head(engines));
  std::fflush(stdout);
  const bench_request request{.mutants = mutants,
                              .seeds = work / "seeds",
                              .work = work,
                              .seconds = o.seconds,
                              .hunts = o.seeds,
                              .jobs = o.jobs,
                              .engines = engines,
                              .plan = plan,
                              .afl = afl ? &*afl : nullptr,
                              .theorems = theorems ? &*theorems : nullptr,
                              .properties = o.properties,
                              .kernel = kernel ? &*kernel : nullptr};
  const auto all = run_bench(request, [](const verdict& v) {
    fmt::print("{}", table_row(v));
    std::fflush(stdout);
  });

  std::string table = table_head(engines);
  for (const verdict& v : all) table += table_row(v);
  table += table_foot(all) + "\n";
  write_file(build_root() / "reports" / "bugs.txt", table);
  keep_report("bugs", to_json(all));
  if (!o.json.empty()) write_file(o.json, to_json(all).dump(2) + "\n");
  fmt::print("{}\n", table_foot(all));

  if (std::any_of(all.begin(), all.end(), [](const verdict& v) { return v.broken(); })) return status::broken;
  if (std::any_of(all.begin(), all.end(),
                  [](const verdict& v) { return v.in_kernel.is == kernel_result::answer::broken; })) {
    return status::broken;
  }
  const bool good = std::all_of(all.begin(), all.end(), [&](const verdict& v) {
    if (is_clean_tree(v.subject)) return v.quiet();
    return v.found() && (!o.proofs || v.refuted());
  });
  return good ? status::good : status::bad;
}

}  // namespace

void add_bugs(CLI::App& app, action& run) {
  auto* verb = app.add_subcommand(
      "bugs", "Plants known bugs, one at a time, beside the build, and hunts each with every engine.");
  auto o = std::make_shared<options>();
  verb->add_option("ID", o->ids, "Which; without any: all in corpus/bugs, and the clean tree, which must stay quiet");
  verb->add_option("--time", o->seconds, "Seconds of a processor's time for each hunt, at most")
      ->check(CLI::Range(1, 86400))
      ->capture_default_str();
  verb->add_option("--seeds", o->seeds, "Hunts for each bug, with seeds 1, 2, ...")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  verb->add_option("--jobs", o->jobs, "Builds and hunts at a time; without it: one a core")->check(CLI::Range(1, 256));
  verb->add_option("--engine", o->engine, "Who fuzzes: libFuzzer; AFL++; both, one after the other")
      ->check(CLI::IsMember({"libfuzzer", "afl", "both"}))
      ->capture_default_str();
  verb->add_flag("!--no-proofs", o->proofs, "Do not try the theorems that a bug must refute");
  verb->add_flag("!--no-properties", o->properties, "Do not run rapidcheck's properties");
  verb->add_flag("--kernel", o->kernel,
                 "Plant each in umbra.ko as well, and boot it with its checks on; takes a minute or more for each");
  verb->add_option("--json", o->json, "Where to write the results as JSON, besides build/reports/bugs.json");
  verb->callback([o, &run] { run = [o] { return hunt_all(*o); }; });
}

}  // namespace umbra::tools
