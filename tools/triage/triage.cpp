// umbra triage: from what a fuzzer left behind to what a person needs.
#include <fmt/format.h>
#include <unistd.h>

#include <memory>

#include "tools/cli/process.hpp"
#include "tools/cli/tree.hpp"
#include "tools/cli/verbs.hpp"
#include "tools/fuzz/target.hpp"
#include "tools/triage/examine.hpp"
#include "tools/triage/replay.hpp"
#include "tools/triage/shelf.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

namespace {

struct options {
  std::vector<fs::path> from;
  std::string target, preset = "asan";
  fs::path probe, out;
  std::string range;  ///< to bisect
  std::vector<fs::path> known;
  examination how;
};

/// A directory for the probe's files: this process's own, since others may triage at the same time.
struct work_place {
  fs::path path = build_root() / "triage" / fmt::format("work-{}", ::getpid());
  work_place() = default;
  work_place(const work_place&) = delete;
  work_place& operator=(const work_place&) = delete;
  ~work_place() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
};

struct totals {
  std::size_t inputs = 0, fresh = 0, known = 0, well = 0, unfit = 0;
};

void present(const record& r, const shelf::kept& k) {
  fmt::print("{} at {}: {}\n", r.id, r.at.empty() ? r.kind : "`" + r.at + "`", r.text);
  fmt::print("  input      {}{}\n", shown(r.inputs.back()).string(),
             r.cut ? ", which ends in the middle of an op; what is missing reads as zero" : "");
  fmt::print("  reproduced {} of {} times{}\n", r.reproduced, r.times, r.steady ? "" : ": FLAKY");
  fmt::print("  reduced    from {} to {} {}, {} candidates tried\n", r.size, r.minimal_size,
             r.trial ? "bytes of code" : "ops", r.tried);
  fmt::print("  signature  {}\n", signature(r));
  for (std::size_t n = 0; n < r.on_cpu.size(); ++n) {
    fmt::print("  {:<10} {}\n", n == 0 ? "processor" : "", r.on_cpu[n]);
  }
  if (!r.first_bad.empty()) fmt::print("  first bad  {}\n", r.first_bad);
  if (k.fresh) {
    fmt::print("  new        {}: issue.md, minimal{}, regression_test.cpp, finding.json\n", shown(k.where).string(),
               r.extension());
  } else {
    fmt::print("  known      {}, {} inputs by now\n", shown(k.where).string(), k.inputs);
  }
  std::fflush(stdout);
}

/// Since when it is there.
std::string first_bad(const record& r, const std::string& range) {
  const fs::path place = build_root() / "triage" / "bisect";
  bisector b(root(), place / "tree");
  replay other(r, b.tree(), place / "made");
  const bisection found = b.run(range, [&](const std::string& commit) {
    const judgement j = other.judge();
    fmt::print("  {}  {}: {}\n", commit.substr(0, 12),
               j == judgement::good  ? "good"
               : j == judgement::bad ? "bad"
                                     : "unknown",
               other.reason());
    std::fflush(stdout);
    return j;
  });
  if (!found.first_bad.empty()) return found.first_bad;
  std::string suspects = "one of";
  for (const std::string& s : found.suspects) suspects += "\n- " + s;
  return suspects;
}

status triage(options o) {
  if (!o.range.empty() && o.range.find("..") == std::string::npos) {
    throw error(fmt::format("'{}' is no range: GOOD..BAD is wanted.", o.range));
  }
  std::vector<candidate> all;
  for (const fs::path& from : o.from) {
    const auto some = gather(from, o.target);
    all.insert(all.end(), some.begin(), some.end());
  }
  if (all.empty()) throw error(fmt::format("There is no input in {}.", o.from.front().string()));
  const bool alone = all.size() == 1;
  if (alone) {
    if (const auto why = unfit(all[0])) throw error(*why);
  }
  if (o.out.empty()) o.out = build_root() / "triage";
  o.out = fs::absolute(o.out);
  const work_place work;
  o.how.work = work.path;
  if (o.probe.empty()) {
    build(o.preset, {"umbra-probe"});
    o.probe = program(build_directory(o.preset), "umbra-probe");
  }
  o.how.probe = fs::absolute(o.probe);

  shelf findings(o.out, o.known);
  for (const std::string& file : findings.unreadable()) {
    fmt::print("{} is no finding; it is passed over\n", shown(file).string());
  }
  totals t;
  for (const candidate& c : all) {
    ++t.inputs;
    if (const auto why = unfit(c)) {
      ++t.unfit;
      fmt::print("{}\n", *why);
      continue;
    }
    auto r = examine(o.how, c);
    if (!r) {
      ++t.well;
      fmt::print("{}: ends well, {} of {} times{}\n", shown(c.file).string(), o.how.times, o.how.times,
                 is_cut(c) ? "; it ends in the middle of an op, what is missing reads as zero" : "");
      continue;
    }
    if (!o.range.empty()) {
      try {
        r->first_bad = first_bad(*r, o.range);
      } catch (const error& e) {
        if (alone) throw;
        fmt::print("not bisected: {}\n", e.what());
      }
    }
    const auto kept = findings.keep(*r);
    ++(kept.fresh ? t.fresh : t.known);
    present(*r, kept);
  }
  findings.summarise();
  fmt::print("{} input{}: {} new finding{}, {} known; {} ended well, {} unfit; SARIF in {}\n", t.inputs,
             t.inputs == 1 ? "" : "s", t.fresh, t.fresh == 1 ? "" : "s", t.known, t.well, t.unfit,
             shown(o.out / "triage.sarif").string());
  return t.fresh + t.known != 0 ? status::bad : status::good;
}

}  // namespace

void add_triage(CLI::App& app, action& run) {
  auto* verb = app.add_subcommand("triage", "Reproduces, reduces, tells apart and explains what fuzzing found.");
  auto o = std::make_shared<options>();
  verb->add_option("PATH", o->from, "Inputs, raw or text, or directories of such")->required();
  verb->add_option("--target", o->target,
                   "Whose inputs these are; without it: as a directory's name on the way says, else mmu")
      ->check(CLI::IsMember(fuzz_target_names()));
  verb->add_option("--out", o->out, "Where findings are kept, a directory each; without it: build/triage");
  verb->add_option("--known", o->known, "A directory of findings that are known; it is only read")
      ->check(CLI::ExistingDirectory);
  verb->add_option("--times", o->how.times, "Executions that have to agree")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  verb->add_option("--timeout", o->how.seconds, "Seconds for one execution")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  verb->add_option("--memory", o->how.megabytes, "MiB for one execution")
      ->check(CLI::Range(64, 1 << 20))
      ->capture_default_str();
  verb->add_option("--reduce", o->how.reduce, "Seconds to make an input simple; 0: leave it")
      ->check(CLI::Range(0, 86'400))
      ->capture_default_str();
  verb->add_option("--bisect", o->range, "GOOD..BAD: commits between which the finding came; says which brought it");
  verb->add_flag("--on-cpu{qemu}", o->how.engine,
                 "Ask a bare emulated processor what it would have done: QEMU's, with =bochs Bochs's")
      ->check(CLI::IsMember({"qemu", "bochs"}));
  verb->add_option("--build", o->preset, "Which build examines: with sanitizers, or the faster one")
      ->check(CLI::IsMember({"asan", "plain"}))
      ->capture_default_str();
  verb->add_option("--probe", o->probe, "Use this umbra-probe, of another core say, instead of building one")
      ->check(CLI::ExistingFile);
  verb->callback([o, &run] { run = [o] { return triage(*o); }; });
}

}  // namespace umbra::tools
