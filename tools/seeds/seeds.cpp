// umbra seeds: an op file for each path that the theorems explored, run by the core to see that it goes well.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <thread>

#include "fuzz/world/world.hpp"
#include "tools/cli/process.hpp"
#include "tools/cli/tree.hpp"
#include "tools/cli/verbs.hpp"
#include "tools/fuzz/seeds.hpp"
#include "tools/ops/load.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

namespace {

struct options {
  std::vector<std::string> theorems;
  fs::path out, corpus;
  unsigned jobs = 0;
};

void make_cases(const options& o) {
  build("smt", {"umbra-prove"});
  command prove{.words = {program(build_directory("smt"), "umbra-prove").string(), "--no-coverage", "--jobs",
                          std::to_string(o.jobs), "--json", (build_root() / "reports" / "seeds.json").string(),
                          "--every-case", o.out.string()}};
  prove.words.insert(prove.words.end(), o.theorems.begin(), o.theorems.end());
  if (const ending e = run(prove); e != 0)
    throw error("The theorems were not explored to their end; what is above says why.",
                e == static_cast<int>(status::usage) ? status::usage : status::broken);
}

struct replayed {
  unsigned cases = 0, mismatches = 0;
};

/// By theorem, which file names begin with. Each mismatch is told.
std::map<std::string, replayed> replay(const fs::path& directory) {
  std::vector<fs::path> files;
  for (const auto& e : fs::directory_iterator(directory)) {
    if (e.path().extension() == ".ops") files.push_back(e.path());
  }
  std::sort(files.begin(), files.end());
  std::map<std::string, replayed> all;
  const auto world = std::make_unique<fuzz::world>();
  world->check_each(true);
  for (const fs::path& f : files) {
    if (interrupted()) throw error("Interrupted.", status::broken);
    const std::string name = f.filename().string();
    replayed& r = all[name.substr(0, name.find('-'))];
    ++r.cases;
    if (world->run(load(f).program)) continue;
    ++r.mismatches;
    const fuzz::finding& found = *world->last_finding();
    fmt::print("  {}: {}: {}\n", f.string(), found.id, found.text);
  }
  return all;
}

status make_seeds(options o) {
  if (o.jobs == 0) o.jobs = std::max(1u, std::thread::hardware_concurrency());
  if (o.out.empty()) o.out = build_root() / "seeds";
  o.out = fs::absolute(o.out);
  if (fs::exists(o.out) && !fs::is_directory(o.out)) throw error(fmt::format("{} is not a directory.", o.out.string()));
  fs::create_directories(o.out);
  for (const auto& e : fs::directory_iterator(o.out)) {
    if (e.path().extension() == ".ops") fs::remove(e.path());
  }
  make_cases(o);
  unsigned cases = 0, mismatches = 0;
  for (const auto& [theorem, r] : replay(o.out)) {
    fmt::print("{}: {} cases replayed, {} mismatches\n", theorem, r.cases, r.mismatches);
    cases += r.cases;
    mismatches += r.mismatches;
  }
  if (cases == 0) throw error("No path left a case.", status::broken);
  if (!o.corpus.empty()) encode_seeds(fuzz_target_named("mmu"), o.out, o.corpus);
  fmt::print("{} op files in {}, {} mismatches\n", cases, o.out.string(), mismatches);
  return mismatches == 0 ? status::good : status::bad;
}

}  // namespace

void add_seeds(CLI::App& app, action& run) {
  auto* verb =
      app.add_subcommand("seeds", "Writes an op file for each path that the theorems explore, and replays them all.");
  auto o = std::make_shared<options>();
  verb->add_option("THEOREM", o->theorems, "Whose paths: T1 to T6, or titles. Without: all");
  verb->add_option("--out", o->out, "Where op files go (those there are replaced); without it: build/seeds");
  verb->add_option("--corpus", o->corpus, "Put them there as raw inputs as well, for ./umbra fuzz --corpus");
  verb->add_option("--jobs", o->jobs, "Processes; without it: one a core")->check(CLI::Range(1, 256));
  verb->callback([o, &run] { run = [o] { return make_seeds(*o); }; });
}

}  // namespace umbra::tools
