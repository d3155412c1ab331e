// umbra mutate: does the harness notice what nobody planted by hand?
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "tools/cli/process.hpp"
#include "tools/cli/tree.hpp"
#include "tools/cli/verbs.hpp"
#include "tools/fuzz/target.hpp"
#include "tools/mutate/census.hpp"
#include "tools/mutate/court.hpp"
#include "tools/mutate/crew.hpp"
#include "tools/mutate/ledger.hpp"
#include "tools/mutate/report.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

namespace {

struct options {
  std::vector<std::string> ids;
  std::string part = "core", in, shard = "1/1";
  std::size_t count = 300;
  std::uint32_t seed = 1;
  unsigned seconds = 60, jobs = std::max(1u, std::thread::hardware_concurrency());
  bool list = false, every = false, proofs = true;
};

std::pair<unsigned, unsigned> parse_shard(const std::string& text) {
  unsigned which = 0, of = 0;
  char extra = 0;
  if (std::sscanf(text.c_str(), "%u/%u%c", &which, &of, &extra) != 2 || which < 1 || which > of) {
    throw error(fmt::format("--shard: '{}' is not like 2/5, the second of five.", text));
  }
  return {which, of};
}

/// The programs that judge, built from the tree as it is.
build_plan plan_of_judges() {
  const fs::path directory = build_directory("plain");
  std::vector<std::string> names;
  for (const test_program& t : test_programs(directory)) names.push_back(t.name);
  for (const fuzz_target& t : fuzz_targets()) {
    if (t.among_all) names.push_back(t.program());
  }
  build("plain", names);
  return {directory, names};
}

/// The same for the program that tries theorems.
build_plan plan_of_theorems() {
  build("smt", {"umbra-prove"});
  return {build_directory("smt"), {"umbra-prove"}};
}

std::vector<mutation> chosen(const options& o, const std::vector<mutation>& all) {
  if (!o.ids.empty()) {
    std::vector<mutation> some;
    for (const std::string& id : o.ids) {
      const auto found = std::find_if(all.begin(), all.end(), [&](const mutation& m) { return m.id == id; });
      if (found == all.end())
        throw error(fmt::format("There is no mutant '{}' of {}; --list shows which there are.", id, o.part));
      some.push_back(*found);
    }
    return some;
  }
  std::vector<mutation> some = all;
  std::erase_if(some, [&](const mutation& m) { return !m.change.file.starts_with(o.in); });
  if (some.empty()) throw error(fmt::format("There is nothing to mutate in '{}'.", o.in));
  const auto [which, of] = parse_shard(o.shard);
  return shard(sample(some, o.count, o.seed), which, of);
}

void show(const std::vector<mutation>& some) {
  for (const mutation& m : some) {
    fmt::print("{} {} in {}\n{}\n", m.id, m.kind, m.function.empty() ? "no function" : m.function,
               drawn(read_file(root() / m.change.file), m.change));
  }
}

std::vector<fate> judge_all(const std::vector<mutation>& some, court& judges, const ledger& kept, const options& o,
                            const std::string& state) {
  std::vector<fate> fates(some.size());
  std::mutex mutex;
  std::size_t done = 0;
  tally now;
  const auto told = [&](std::size_t n, fate f) {
    const std::lock_guard lock(mutex);
    now.add(f);
    fmt::print("{:>4}/{} {}", ++done, some.size(), row(f));
    if (done % 25 == 0 && done < some.size()) fmt::print("so far {}\n", sum(now));
    std::fflush(stdout);
    fates[n] = std::move(f);
  };
  std::vector<std::size_t> left;
  for (std::size_t n = 0; n < some.size(); ++n) {
    const auto known = kept.find(some[n]);
    if (known && judges.is_settled(*known)) {
      told(n, *known);
    } else {
      left.push_back(n);
    }
  }
  share_work(left.size(), o.jobs, [&](std::size_t piece, unsigned worker) {
    const mutation& m = some[left[piece]];
    fate f = judges.judge(m, worker, kept.find(m));
    if (state_of_tree(fmt::format("{}", o.seed)) != state) {
      throw error("The tree has changed since this run began; what was judged before is kept for the tree as it was.",
                  status::broken);
    }
    kept.keep(f);
    told(left[piece], std::move(f));
  });
  return fates;
}

status mutate(const options& o) {
  const auto [which, of] = parse_shard(o.shard);
  const part& p = part_named(o.part);
  const fs::path work = build_root() / "mutate" / p.name;
  const build_plan plan = plan_of_judges();
  const std::vector<mutation> all = census(p, plan, work / "census", o.jobs);
  const std::vector<mutation> some = chosen(o, all);
  if (o.list) {
    show(some);
    fmt::print("{} of {} mutants of {}\n", some.size(), all.size(), p.name);
    return status::good;
  }
  const auto arguments = arguments_in(root() / "corpus" / "mutants" / (p.name + ".json"));
  for (const argument& a : idle(arguments, all)) {
    fmt::print(stderr, "umbra: no mutant is what corpus/mutants/{}.json argues about: '{}' in {}.\n", p.name, a.becomes,
               a.file);
  }

  const std::string state = state_of_tree(fmt::format("{}", o.seed));
  const ledger kept(work / "ledger", state);
  fmt::print("umbra: {} of the {} mutants of {} (seed {}): tests, {} s with each fuzz target{}; {} at a time\n",
             some.size(), all.size(), p.name, o.seed, o.seconds, o.proofs ? ", theorems" : "", o.jobs);
  std::fflush(stdout);
  std::optional<build_plan> theorems;
  if (o.proofs && p.name != "machine") theorems = plan_of_theorems();
  court judges({.plan = plan,
                .work = work,
                .all = all,
                .arguments = arguments,
                .theorems = theorems ? &*theorems : nullptr,
                .seconds = o.seconds,
                .seed = o.seed,
                .every = o.every});
  mutation_report r{.part = p.name,
                    .seed = o.seed,
                    .population = all.size(),
                    .seconds = o.seconds,
                    .shard = which,
                    .shards = of,
                    .fates = judge_all(some, judges, kept, o, state)};
  const std::string text = survivors(r) + "\n" + tables(r) + "\n" + sum(tally_of(r.fates)) + "\n";
  fmt::print("{}", text);
  std::string name = "mutate-" + p.name;
  if (of > 1) name += fmt::format("-{}-of-{}", which, of);
  write_file(build_root() / "reports" / (name + ".txt"), text);
  write_file(build_root() / "reports" / (name + ".json"), to_json(r));
  const tally t = tally_of(r.fates);
  return t.survived + t.late == 0 ? status::good : status::bad;
}

}  // namespace

void add_mutate(CLI::App& app, action& run) {
  auto* verb = app.add_subcommand(
      "mutate",
      "Makes mechanical mutants of the source, one mistake each, and asks tests, fuzzers and theorems to notice them.");
  auto o = std::make_shared<options>();
  std::vector<std::string> names;
  for (const part& p : parts()) names.push_back(p.name);
  verb->add_option("ID", o->ids, "Which; without any: a sample");
  verb->add_option("--of", o->part, "What to mutate: the core, the models that judge it, or the simulated machine")
      ->check(CLI::IsMember(names))
      ->capture_default_str();
  verb->add_option("--in", o->in, "Only files whose path begins with this: core/mmu");
  verb->add_option("--count", o->count, "Size of the sample")->check(CLI::Range(1, 1'000'000))->capture_default_str();
  verb->add_option("--seed", o->seed, "Of the sample, and of fuzzing")
      ->check(CLI::Range(1, 2'147'483'647))
      ->capture_default_str();
  verb->add_option("--time", o->seconds,
                   "Seconds of a processor's time for each fuzz target that covers the file; 0: no fuzzing")
      ->check(CLI::Range(0, 86400))
      ->capture_default_str();
  verb->add_option("--shard", o->shard, "Only a share of the sample: 2/5 is the second of five")->capture_default_str();
  verb->add_option("--jobs", o->jobs, "Mutants at a time; without it: one a core")->check(CLI::Range(1, 256));
  verb->add_flag("!--no-proofs", o->proofs, "Do not try theorems on what tests and fuzzing have not noticed");
  verb->add_flag("--every", o->every, "Ask every judge, even once one has noticed");
  verb->add_flag("--list", o->list, "Draw the mutants, judge none");
  verb->callback([o, &run] { run = [o] { return mutate(*o); }; });
}

}  // namespace umbra::tools
