#include "tools/bugs/bench.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <thread>

#include "tools/bugs/workshop.hpp"
#include "tools/fuzz/target.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

unsigned verdict::found_by() const {
  unsigned n = 0;
  for (const hunted& h : hunts) n += h.finding.has_value();
  return n;
}

bool verdict::found() const { return !broken() && !hunts.empty() && found_by() == hunts.size(); }

bool verdict::refuted() const {
  return std::all_of(subject.theorems.begin(), subject.theorems.end(), [&](const std::string& t) {
    return std::find(proof.refuted.begin(), proof.refuted.end(), t) != proof.refuted.end();
  });
}

mutant clean_tree(const std::string& target) {
  return {.id = "clean",
          .title = fmt::format("Nothing is planted, and {} may find nothing", target),
          .reference = "",
          .room = "",
          .target = target,
          .expected = {},
          .theorems = {},
          .patch = {}};
}

bool is_clean_tree(const mutant& m) { return m.patch.empty(); }

namespace {

/// Each worker takes a hunt if there is one to take, else tries theorems, else builds the next mutant in its own
/// workshop.
class crew {
 public:
  crew(const bench_request& r, const std::function<void(const verdict&)>& done) : request_(r), done_(done) {
    for (const mutant& m : r.mutants) {
      left_.push_back(r.hunts + (r.proofs && !m.theorems.empty()));
      verdicts_.push_back({.subject = m});
    }
    for (verdict& v : verdicts_) v.hunts.resize(r.hunts);
    unfinished_ = verdicts_.size();
  }

  std::vector<verdict> run() {
    std::vector<std::thread> workers;
    for (unsigned n = 0; n < request_.jobs; ++n) workers.emplace_back([this, n] { work(n); });
    for (std::thread& w : workers) w.join();
    if (failure_) std::rethrow_exception(failure_);
    return std::move(verdicts_);
  }

 private:
  struct task {
    enum class kind : unsigned char { build, hunt, prove } what;
    std::size_t which = 0;
    unsigned seed = 0;
  };

  std::optional<task> next() {
    std::unique_lock lock(mutex_);
    while (true) {
      if (failure_ || unfinished_ == 0) return std::nullopt;
      if (!hunts_.empty()) {
        const task t = hunts_.front();
        hunts_.pop_front();
        return t;
      }
      if (!proofs_.empty()) {
        const task t{task::kind::prove, proofs_.front()};
        proofs_.pop_front();
        return t;
      }
      if (to_build_ < verdicts_.size()) {
        if (request_.proofs && !verdicts_[to_build_].subject.theorems.empty()) proofs_.push_back(to_build_);
        return task{task::kind::build, to_build_++};
      }
      changed_.wait(lock);
    }
  }

  void work(unsigned worker) {
    std::map<std::string, workshop> hunts;
    workshop proofs(request_.work / fmt::format("theorems{}", worker), recipe::theorems());
    try {
      while (const auto t = next()) {
        switch (t->what) {
          case task::kind::build: {
            const std::string program = fuzz_target_named(verdicts_[t->which].subject.target).program();
            const fs::path at = request_.work / fmt::format("workshop{}", worker) / program;
            make(hunts.try_emplace(program, at, recipe::fuzz_target(program)).first->second, t->which);
            break;
          }
          case task::kind::hunt:
            chase(t->which, t->seed);
            break;
          case task::kind::prove:
            prove(proofs, t->which);
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

  void make(workshop& shop, std::size_t which) {
    const mutant& m = verdicts_[which].subject;
    fs::remove_all(place(which));
    fs::create_directories(place(which));
    const fs::path binary = place(which) / "fuzz";
    std::optional<std::string> problem;
    if (is_clean_tree(m)) {
      shop.build_clean(binary);
    } else {
      problem = shop.build_mutant(m.patch, binary);
    }
    if (!problem && !starts(binary, place(which))) problem = "it fails on the empty program";
    std::lock_guard lock(mutex_);
    if (problem) {
      verdicts_[which].problem = *problem;
      verdicts_[which].hunts.clear();
      finish(which, request_.hunts);
    } else {
      for (unsigned n = 0; n < request_.hunts; ++n) hunts_.push_back({task::kind::hunt, which, n});
    }
    changed_.notify_all();
  }

  void chase(std::size_t which, unsigned n) {
    const fs::path at = place(which) / fmt::format("seed{}", n + 1);
    const fuzz_target& target = fuzz_target_named(verdicts_[which].subject.target);
    hunted h = hunt(place(which) / "fuzz", request_.seeds / target.name, at, n + 1, request_.seconds, target.flags);
    std::lock_guard lock(mutex_);
    verdicts_[which].hunts[n] = std::move(h);
    finish(which, 1);
    changed_.notify_all();
  }

  void prove(workshop& shop, std::size_t which) {
    const mutant& m = verdicts_[which].subject;
    const fs::path at = request_.work / "proofs" / m.id, binary = at / "prove";
    fs::remove_all(at);
    fs::create_directories(at);
    proof_result p;
    if (const auto problem = shop.build_mutant(m.patch, binary)) {
      p.problem = *problem;
    } else {
      p = try_theorems(binary, at / "work", m.theorems);
    }
    std::lock_guard lock(mutex_);
    verdicts_[which].proof = std::move(p);
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
  std::vector<unsigned> left_;  ///< hunts and proofs that have not ended, by mutant
  std::deque<task> hunts_;
  std::deque<std::size_t> proofs_;
  std::size_t to_build_ = 0, unfinished_ = 0;
  std::exception_ptr failure_;
};

}  // namespace

std::vector<verdict> run_bench(const bench_request& r, const std::function<void(const verdict&)>& done) {
  return crew(r, done).run();
}

}  // namespace umbra::tools
