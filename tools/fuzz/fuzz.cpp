// umbra fuzz: the main job.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "tools/cli/history.hpp"
#include "tools/cli/tree.hpp"
#include "tools/cli/verbs.hpp"
#include "tools/fuzz/report.hpp"
#include "tools/fuzz/seeds.hpp"
#include "tools/fuzz/session.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

namespace {

struct options {
  std::string target = "mmu";
  std::string engine = "libfuzzer";
  std::string preset = "asan";  ///< what libFuzzer's targets are built with
  unsigned seconds = 60;
  unsigned jobs = 0;
  std::uint32_t seed = 0;
  unsigned deep = 8;
  fs::path corpus, binary;
};

void make_directory(const fs::path& p) {
  std::error_code problem;
  fs::create_directories(p, problem);
  if (!fs::is_directory(p)) throw error(fmt::format("{} is not a directory and cannot be made one.", p.string()));
}

/// `count` inputs of a corpus, any; the same for the same seed and corpus.
std::vector<fs::path> sample(const fs::path& corpus, unsigned count, std::uint32_t seed) {
  std::vector<fs::path> all;
  for (const auto& e : fs::directory_iterator(corpus)) {
    if (e.is_regular_file() && e.file_size() != 0) all.push_back(e.path());
  }
  std::sort(all.begin(), all.end());
  std::vector<fs::path> chosen;
  std::sample(all.begin(), all.end(), std::back_inserter(chosen), count, std::mt19937(seed));
  return chosen;
}

/// What `--target all` is.
constexpr const char* every_target = "all";

std::vector<const fuzz_target*> chosen(const options& o) {
  std::vector<const fuzz_target*> targets;
  for (const fuzz_target& t : fuzz_targets()) {
    if (o.target == every_target ? t.among_all : t.name == o.target) targets.push_back(&t);
  }
  return targets;
}

/// A target's corpus, with the committed inputs in it; `seeds` counts these.
fs::path corpus(const options& o, const fuzz_target& t, unsigned& seeds) {
  fs::path where = o.corpus;
  if (where.empty())
    where = build_root() / "corpus" / t.name;
  else if (o.target == every_target)
    where /= t.name;
  where = fs::absolute(where);
  make_directory(where);
  seeds += encode_seeds(t, t.seeds(), where) + encode_seeds(t, t.regressions(), where);
  return where;
}

/// A target, built for an engine.
session_subject subject(const options& o, const fuzz_target& t, fuzz_engine engine, const fs::path& corpus) {
  session_subject s{.binary = o.binary,
                    .corpus = corpus,
                    .work = build_root() / "fuzz" / t.name,
                    .flags = t.flags,
                    .engine = engine,
                    .mutator = {}};
  make_directory(s.work);
  const std::string preset = engine == fuzz_engine::afl ? "afl" : o.preset;
  if (s.binary.empty()) {
    build(preset, {t.program()});
    s.binary = program(build_directory(preset), t.program());
  }
  s.binary = fs::absolute(s.binary);
  if (engine == fuzz_engine::afl) {
    build("plain", {t.mutator});
    s.mutator = program(build_directory("plain"), t.mutator + ".so");
  }
  return s;
}

/// Whom a result is about.
struct pairing {
  const fuzz_target* target;
  fuzz_engine engine;
};

status fuzz(options o) {
  if (!o.binary.empty() && o.target == every_target) throw error("--binary is one target's: name it with --target.");
  const auto engines = engines_named(o.engine);
  if (!o.binary.empty() && engines.size() != 1) throw error("--binary is built for one engine: name it with --engine.");
  if (o.preset == "lto" && o.engine != "libfuzzer")
    throw error("AFL++'s targets have a build of their own: --build lto is for --engine libfuzzer.");
  if (o.jobs == 0) o.jobs = std::max(1u, std::thread::hardware_concurrency());
  if (o.seed == 0) o.seed = std::random_device{}() & 0x7fff'ffff;
  session_request request{.subjects = {}, .seconds = o.seconds, .jobs = o.jobs, .seed = o.seed};
  unsigned seeds = 0;
  std::vector<pairing> pairings;
  for (const fuzz_target* t : chosen(o)) {
    const fs::path where = corpus(o, *t, seeds);
    for (const fuzz_engine e : engines) {
      pairings.push_back({t, e});
      request.subjects.push_back(subject(o, *t, e, where));
    }
  }
  fmt::print("umbra: fuzzing {}{} for {} s with {} job{}, seed {}, {} committed seeds\n", o.target,
             o.engine == "both"  ? " by libfuzzer and afl"
             : o.engine == "afl" ? " by afl"
                                 : "",
             o.seconds, o.jobs, o.jobs == 1 ? "" : "s", o.seed, seeds);
  std::fflush(stdout);
  const auto results = fuzz_session(request);
  bool found = false;
  for (std::size_t n = 0; n < pairings.size(); ++n) {
    const auto [target, engine] = pairings[n];
    session_report report{.target = target->name,
                          .engine = engine,
                          .jobs = o.jobs,
                          .seed = o.seed,
                          .corpus = request.subjects[n].corpus,
                          .result = results[n]};
    keep_finding(report, *target);
    // Engines share a target's corpus: one look at it will do.
    const bool last = n + 1 == pairings.size() || pairings[n + 1].target != target;
    if (last && target->deep && o.deep != 0 && !report.result.finding && !report.result.interrupted)
      report.deep = deep_check(sample(report.corpus, o.deep, o.seed), request.subjects[n].work / "deep", o.jobs, false);
    found = found || report.result.finding || !report.deep.problems.empty();
    fmt::print("{}", summary(report, shown));
    const fs::path file = build_root() / "reports" / name_of(report);
    write_file(file.string() + ".txt", summary(report, shown));
    keep_report(name_of(report), to_json(report));
    fmt::print("report: {}\n", shown(file.string() + ".json").string());
  }
  return found ? status::bad : status::good;
}

}  // namespace

void add_fuzz(CLI::App& app, action& run) {
  auto* verb = app.add_subcommand("fuzz", "Fuzzes the core against its reference models, with ASan and UBSan.");
  auto o = std::make_shared<options>();
  verb->add_option("--time", o->seconds, "Seconds to fuzz")->check(CLI::Range(1, 1'000'000))->capture_default_str();
  std::vector<std::string> names = fuzz_target_names();
  names.emplace_back(every_target);
  verb->add_option("--target", o->target,
                   "What to fuzz: the shadow MMU; VM exits; the emulator, Unicorn and Zydis judging, or alone; all, in "
                   "equal shares")
      ->check(CLI::IsMember(names))
      ->capture_default_str();
  verb->add_option("--engine", o->engine, "Who fuzzes: libFuzzer; AFL++; both, in equal shares, with one corpus")
      ->check(CLI::IsMember({"libfuzzer", "afl", "both"}))
      ->capture_default_str();
  verb->add_option("--build", o->preset,
                   "Of the targets: with ASan and UBSan; or without, optimised as a whole, for some three times the "
                   "inputs a second")
      ->check(CLI::IsMember({"asan", "lto"}))
      ->capture_default_str();
  verb->add_option("--jobs", o->jobs, "Processes; without it: one a core")->check(CLI::Range(1, 256));
  verb->add_option("--corpus", o->corpus,
                   "Where inputs are read and kept; without it: build/corpus/TARGET; of all: CORPUS/TARGET");
  verb->add_option("--seed", o->seed, "Of the first job; the others follow. Without it: a new one each time")
      ->check(CLI::Range(1, 0x7fff'ffff));
  verb->add_option("--deep", o->deep, "Inputs of the corpus to judge at the end for every address and access; 0: none")
      ->check(CLI::Range(0, 100'000))
      ->capture_default_str();
  verb->add_option("--binary", o->binary, "Use this fuzz target instead of building one")->check(CLI::ExistingFile);
  verb->callback([o, &run] { run = [o] { return fuzz(*o); }; });
}

}  // namespace umbra::tools
