#include "tools/mutate/court.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "tools/bugs/hunt.hpp"
#include "tools/bugs/proof.hpp"
#include "tools/cli/error.hpp"
#include "tools/cli/tree.hpp"
#include "tools/fuzz/seeds.hpp"
#include "tools/fuzz/target.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

namespace {

/// More than the quick tier takes with the core as it is.
constexpr double theorem_seconds = 600;
/// What one of our translations takes to compile, about.
constexpr double translation_seconds = 3;

}  // namespace

std::vector<std::string> targets_for(const std::string& file) {
  std::vector<std::string> covering, main;
  for (const fuzz_target& t : fuzz_targets()) {
    if (!t.among_all) continue;
    main.push_back(t.name);
    const bool covers =
        std::any_of(t.rooms.begin(), t.rooms.end(), [&](const std::string& r) { return file.starts_with(r); });
    if (covers) covering.push_back(t.name);
  }
  return covering.empty() ? main : covering;
}

court::court(const court_request& r)
    : request_(r),
      clean_(r.plan, r.work / "clean"),
      clean_theorems_(r.theorems != nullptr ? *r.theorems : r.plan, r.work / "clean_theorems") {
  std::vector<test_program> programs;
  std::vector<fs::path> built;
  for (const test_program& t : test_programs(r.plan.directory())) {
    programs.push_back(t);
    built.push_back(r.plan.directory() / r.plan.program(t.name).path);
  }
  tests_ = std::make_unique<test_bench>(programs, built, r.work / "usual", r.patience);
  if (r.seconds == 0) return;
  for (const fuzz_target& t : fuzz_targets()) {
    if (!t.among_all) continue;
    encode_seeds(t, t.seeds(), r.work / "seeds" / t.name);
    encode_seeds(t, t.regressions(), r.work / "seeds" / t.name);
  }
}

bool court::is_decided(const fate& f) const { return f.killer() != nullptr && !request_.every; }

bool court::is_settled(const fate& f) const {
  if (f.became == fate::state::equal || f.became == fate::state::stillborn) return true;
  if (f.became == fate::state::killed) return !request_.every;
  return f.fuzzed >= request_.seconds && (f.proved || request_.theorems == nullptr);
}

void court::ask_tests(forge& shop, fate& f, const fs::path& work) {
  std::set<const test_program*> left = tests_->all();
  const auto building = [&](const test_program& t) {
    return translation_seconds * shop.translations_for(request_.plan.program(t.name));
  };
  while (!is_decided(f)) {
    const test_program* t = tests_->next(f.subject.change.file, left, building);
    if (t == nullptr) return;
    left.erase(t);
    const auto binary = shop.program(request_.plan.program(t->name));
    if (!shop.problem().empty()) return;
    if (!binary) continue;
    f.opinions.push_back(tests_->ask(*t, f.subject.change.file, *binary, work));
    fs::remove(*binary);
  }
}

opinion court::fuzz(const std::string& target, const fs::path& binary, const fs::path& work) const {
  const hunted h = hunt({.binary = binary, .flags = fuzz_target_named(target).flags}, request_.work / "seeds" / target,
                        work / "hunt", request_.seed, request_.seconds);
  opinion o{.engine = "fuzz", .judge = target, .what = {}, .seconds = h.seconds};
  if (!h.finding) return o;
  o.what = fmt::format("{}: {}", h.finding->id, h.finding->text);
  // Hanging, and eating memory without end, is what a mutant may do for no reason that an oracle knows.
  const bool late = h.finding->id == "timeout" || h.finding->text.find("out-of-memory") != std::string::npos;
  o.said = late ? opinion::answer::late : opinion::answer::noticed;
  return o;
}

void court::ask_fuzzers(forge& shop, fate& f, const fs::path& work) {
  for (const std::string& target : targets_for(f.subject.change.file)) {
    const auto binary = shop.program(request_.plan.program(fuzz_target_named(target).program()));
    if (!shop.problem().empty()) return;
    if (!binary) continue;
    f.opinions.push_back(fuzz(target, *binary, work));
    fs::remove(*binary);
    if (is_decided(f)) return;
  }
}

void court::ask_theorems(fate& f, const fs::path& work) {
  // Words that stand for all values are not always words to a compiler: what does not compile there is not judged.
  forge shop(*request_.theorems, clean_theorems_, f.subject, work / "forge_theorems");
  const auto binary = shop.program(request_.theorems->program("umbra-prove"));
  if (!binary) return;
  const proof_result p = try_theorems(*binary, work / "theorems", {}, theorem_seconds);
  opinion o{.engine = "proofs",
            .judge = "theorems",
            .what = fmt::format("{}", fmt::join(p.refuted, ",")),
            .seconds = p.seconds};
  if (!p.refuted.empty()) o.said = opinion::answer::noticed;
  if (!p.problem.empty()) o.said = opinion::answer::late;
  f.opinions.push_back(o);
}

fate court::judge(const mutation& m, unsigned worker, const std::optional<fate>& before) {
  const auto began = std::chrono::steady_clock::now();
  fate f{.subject = m,
         .became = fate::state::survived,
         .opinions = {},
         .why = argued(request_.arguments, request_.all, m)};
  const fs::path work = request_.work / fmt::format("worker{}", worker);
  fs::create_directories(work);
  forge shop(request_.plan, clean_, m, work / "forge");
  const bool known = before && !request_.every;
  if (!known && shop.makes_no_difference()) {
    f.became = fate::state::equal;
  } else if (shop.problem().empty()) {
    const auto has_asked = [&](const std::string& engine) {
      return known && std::any_of(before->opinions.begin(), before->opinions.end(),
                                  [&](const opinion& o) { return o.engine == engine; });
    };
    // What tests and theorems said stays said; fuzzing for longer may find more.
    for (const std::string engine : {"tests", "proofs"}) {
      if (!known) break;
      std::copy_if(before->opinions.begin(), before->opinions.end(), std::back_inserter(f.opinions),
                   [&](const opinion& o) { return o.engine == engine; });
    }
    if (!has_asked("tests")) ask_tests(shop, f, work);
    const auto goes_on = [&] { return shop.problem().empty() && !is_decided(f); };
    if (request_.seconds != 0 && goes_on()) ask_fuzzers(shop, f, work);
    if (request_.theorems != nullptr && goes_on() && !has_asked("proofs")) ask_theorems(f, work);
  }
  const bool late = std::any_of(f.opinions.begin(), f.opinions.end(),
                                [](const opinion& o) { return o.said == opinion::answer::late; });
  if (f.killer() != nullptr) {
    // An argument that a test refutes is none.
    f.became = fate::state::killed;
  } else if (!shop.problem().empty()) {
    f.became = fate::state::stillborn;
    f.why = shop.problem();
  } else if (f.became != fate::state::equal && !f.why.empty()) {
    f.became = fate::state::argued;
  } else if (f.became != fate::state::equal && late) {
    f.became = fate::state::late;
  }
  f.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  f.fuzzed = request_.seconds;
  f.proved = request_.theorems != nullptr;
  return f;
}

}  // namespace umbra::tools
