#include "tools/bugs/bench.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

#include "tools/bugs/patched.hpp"
#include "tools/bugs/properties.hpp"
#include "tools/cli/tree.hpp"
#include "tools/fuzz/target.hpp"
#include "tools/mutate/forge.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

namespace {

/// Each worker takes a hunt if there is one to take, else tries theorems, else builds the next mutant.
class crew {
 public:
  crew(const bench_request& r, const std::function<void(const verdict&)>& done)
      : request_(r),
        done_(done),
        clean_(r.plan, r.work / "clean"),
        clean_afl_(r.afl != nullptr ? *r.afl : r.plan, r.work / "clean_afl"),
        clean_theorems_(r.theorems != nullptr ? *r.theorems : r.plan, r.work / "clean_theorems") {
    for (const mutant& m : r.mutants) {
      left_.push_back(runs() + tries_theorems(m) + (r.kernel != nullptr));
      verdict v{.subject = m};
      for (const fuzz_engine e : r.engines) v.fuzzed.push_back({e, std::vector<hunted>(r.hunts)});
      if (r.properties) v.properties.resize(r.hunts);
      verdicts_.push_back(std::move(v));
    }
    unfinished_ = verdicts_.size();
  }

  std::vector<verdict> run() {
    std::vector<std::thread> workers;
    for (unsigned n = 0; n < request_.jobs; ++n) workers.emplace_back([this] { work(); });
    for (std::thread& w : workers) w.join();
    if (failure_) std::rethrow_exception(failure_);
    return std::move(verdicts_);
  }

 private:
  struct task {
    enum class kind : unsigned char { build, hunt, check, prove, boot } what;
    std::size_t which = 0;
    unsigned seed = 0;
    std::size_t engine = 0;  ///< of a hunt
  };

  /// Hunts and checks of one mutant.
  unsigned runs() const {
    return request_.hunts * (static_cast<unsigned>(request_.engines.size()) + request_.properties);
  }
  bool asks(fuzz_engine e) const {
    return std::find(request_.engines.begin(), request_.engines.end(), e) != request_.engines.end();
  }
  bool tries_theorems(const mutant& m) const { return request_.theorems != nullptr && !m.theorems.empty(); }

  std::optional<task> next() {
    std::unique_lock lock(mutex_);
    while (true) {
      if (failure_ || unfinished_ == 0) return std::nullopt;
      if (!tasks_.empty()) {
        const task t = tasks_.front();
        tasks_.pop_front();
        return t;
      }
      // The machine is one.
      if (!boots_.empty() && !booting_) {
        booting_ = true;
        const std::size_t which = boots_.front();
        boots_.pop_front();
        return task{task::kind::boot, which};
      }
      if (to_build_ < verdicts_.size()) {
        if (request_.kernel != nullptr) boots_.push_back(to_build_);
        if (tries_theorems(verdicts_[to_build_].subject)) tasks_.push_back({task::kind::prove, to_build_});
        return task{task::kind::build, to_build_++};
      }
      changed_.wait(lock);
    }
  }

  void work() {
    try {
      while (const auto t = next()) {
        switch (t->what) {
          case task::kind::build:
            make(t->which);
            break;
          case task::kind::hunt:
            chase(t->which, t->seed, t->engine);
            break;
          case task::kind::check:
            check(t->which, t->seed);
            break;
          case task::kind::prove:
            prove(t->which);
            break;
          case task::kind::boot:
            boot(t->which);
            break;
        }
      }
    } catch (...) {
      std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
    }
    changed_.notify_all();
  }

  fs::path place(std::size_t which) const {
    const mutant& m = verdicts_[which].subject;
    return request_.work / (is_clean_tree(m) ? m.id + "-" + m.target : m.id);
  }

  /// Where a mutant's fuzz target goes.
  fs::path target(std::size_t which, fuzz_engine e) const { return place(which) / fmt::format("fuzz-{}", name_of(e)); }

  /// Builds a program of a plan with the mutant in it; what went wrong, if something did.
  static std::optional<std::string> build(const build_plan& plan, forge* shop, const std::string& program,
                                          const fs::path& binary) {
    const linkage& l = plan.program(program);
    const std::optional<fs::path> made = shop == nullptr ? plan.directory() / l.path : shop->program(l);
    if (shop != nullptr && !shop->problem().empty()) return shop->problem();
    // What a patch does not touch is as it is in the tree.
    fs::copy_file(made ? *made : plan.directory() / l.path, binary, fs::copy_options::overwrite_existing);
    return std::nullopt;
  }

  /// The same, for one or several programs of a mutant, each to its own place.
  std::optional<std::string> build_all(const mutant& m, const build_plan& plan, clean_code& clean, const fs::path& work,
                                       const std::vector<std::pair<std::string, fs::path>>& programs) {
    std::optional<forge> shop;
    if (!is_clean_tree(m)) {
      const auto changed = patched(m.patch, work / "patched");
      if (!changed) return "the patch does not apply";
      shop.emplace(plan, clean, *changed, work / "forge");
    }
    for (const auto& [program, binary] : programs) {
      if (auto problem = build(plan, shop ? &*shop : nullptr, program, binary)) return problem;
    }
    return std::nullopt;
  }

  /// What is to be hunted, and properties; what went wrong, if something did.
  std::optional<std::string> build_runs(std::size_t which) {
    const mutant& m = verdicts_[which].subject;
    const std::string program = fuzz_target_named(m.target).program();
    std::vector<std::pair<std::string, fs::path>> programs;
    if (asks(fuzz_engine::libfuzzer)) programs.emplace_back(program, target(which, fuzz_engine::libfuzzer));
    if (request_.properties) programs.emplace_back(properties_program, place(which) / "properties");
    if (auto problem = build_all(m, request_.plan, clean_, place(which), programs)) return problem;
    if (request_.afl != nullptr) {
      const fs::path binary = target(which, fuzz_engine::afl);
      if (auto problem = build_all(m, *request_.afl, clean_afl_, place(which), {{program, binary}})) return problem;
    }
    for (const fuzz_engine e : request_.engines) {
      if (!starts(target(which, e), place(which))) return "it fails on the empty program";
    }
    return std::nullopt;
  }

  void make(std::size_t which) {
    fs::remove_all(place(which));
    fs::create_directories(place(which));
    const auto problem = build_runs(which);
    std::lock_guard lock(mutex_);
    if (problem) {
      verdicts_[which].problem = *problem;
      for (fuzzing& f : verdicts_[which].fuzzed) f.hunts.clear();
      verdicts_[which].properties.clear();
      finish(which, runs());
    } else {
      for (unsigned n = 0; n < request_.hunts; ++n) {
        for (std::size_t e = 0; e < request_.engines.size(); ++e) tasks_.push_back({task::kind::hunt, which, n, e});
        if (request_.properties) tasks_.push_back({task::kind::check, which, n});
      }
    }
    changed_.notify_all();
  }

  void chase(std::size_t which, unsigned n, std::size_t engine) {
    const fuzz_engine e = request_.engines[engine];
    const fuzz_target& t = fuzz_target_named(verdicts_[which].subject.target);
    hunter who{.binary = target(which, e), .flags = t.flags, .engine = e};
    if (e == fuzz_engine::afl) who.mutator = program(build_directory("plain"), t.mutator + ".so");
    hunted h = hunt(who, request_.seeds / t.name, place(which) / fmt::format("{}-seed{}", name_of(e), n + 1), n + 1,
                    request_.seconds);
    std::lock_guard lock(mutex_);
    verdicts_[which].fuzzed[engine].hunts[n] = std::move(h);
    finish(which, 1);
    changed_.notify_all();
  }

  void check(std::size_t which, unsigned n) {
    hunted h = check_properties(place(which) / "properties", place(which) / fmt::format("properties{}", n + 1), n + 1,
                                request_.seconds);
    std::lock_guard lock(mutex_);
    verdicts_[which].properties[n] = std::move(h);
    finish(which, 1);
    changed_.notify_all();
  }

  void prove(std::size_t which) {
    const mutant& m = verdicts_[which].subject;
    const fs::path at = request_.work / "proofs" / m.id, binary = at / "prove";
    fs::remove_all(at);
    fs::create_directories(at);
    proof_result p;
    if (const auto problem = build_all(m, *request_.theorems, clean_theorems_, at, {{"umbra-prove", binary}})) {
      p.problem = *problem;
    } else {
      p = try_theorems(binary, at / "work", m.theorems);
    }
    std::lock_guard lock(mutex_);
    verdicts_[which].proof = std::move(p);
    finish(which, 1);
    changed_.notify_all();
  }

  void boot(std::size_t which) {
    kernel_result r = request_.kernel->hunt(verdicts_[which].subject);
    std::lock_guard lock(mutex_);
    verdicts_[which].in_kernel = std::move(r);
    booting_ = false;
    finish(which, 1);
    changed_.notify_all();
  }

  void finish(std::size_t which, unsigned tasks) {
    left_[which] -= tasks;
    if (left_[which] != 0) return;
    --unfinished_;
    done_(verdicts_[which]);
  }

  const bench_request& request_;
  const std::function<void(const verdict&)>& done_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<verdict> verdicts_;
  clean_code clean_, clean_afl_, clean_theorems_;
  std::vector<unsigned> left_;  ///< hunts, checks and proofs that have not ended, by mutant
  std::deque<task> tasks_;
  std::deque<std::size_t> boots_;  ///< mutants
  bool booting_ = false;
  std::size_t to_build_ = 0, unfinished_ = 0;
  std::exception_ptr failure_;
};

}  // namespace

std::vector<verdict> run_bench(const bench_request& r, const std::function<void(const verdict&)>& done) {
  return crew(r, done).run();
}

}  // namespace umbra::tools
