#include "tools/bugs/bench.hpp"

#include <fmt/format.h>

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

#include "tools/bugs/workshop.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

unsigned verdict::found_by() const {
  unsigned n = 0;
  for (const hunted& h : hunts) n += h.finding.has_value();
  return n;
}

bool verdict::found() const { return !broken() && !hunts.empty() && found_by() == hunts.size(); }

mutant clean_tree() {
  return {.id = "clean", .title = "Nothing is planted, nothing may be found", .reference = "", .room = "", .expected = {}, .patch = {}};
}

bool is_clean_tree(const mutant& m) { return m.patch.empty(); }

namespace {

/// Each worker takes a hunt if there is one to take, else builds the next mutant in its own workshop.
class crew {
 public:
  crew(const bench_request& r, const std::function<void(const verdict&)>& done) : request_(r), done_(done) {
    for (const mutant& m : r.mutants) verdicts_.push_back({.subject = m});
    for (verdict& v : verdicts_) v.hunts.resize(r.hunts);
    left_.assign(verdicts_.size(), r.hunts);
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
    std::size_t which = 0;
    std::optional<unsigned> seed;  ///< none: build it
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
      if (to_build_ < verdicts_.size()) return task{to_build_++, std::nullopt};
      changed_.wait(lock);
    }
  }

  void work(unsigned worker) {
    workshop shop(request_.work / fmt::format("workshop{}", worker));
    try {
      while (const auto t = next()) {
        if (t->seed) {
          chase(t->which, *t->seed);
        } else {
          make(shop, t->which);
        }
      }
    } catch (...) {
      std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
    }
    changed_.notify_all();
  }

  fs::path place(std::size_t which) const { return request_.work / verdicts_[which].subject.id; }

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
      finish(which);
    } else {
      for (unsigned n = 0; n < request_.hunts; ++n) hunts_.push_back({which, n});
    }
    changed_.notify_all();
  }

  void chase(std::size_t which, unsigned n) {
    const fs::path at = place(which) / fmt::format("seed{}", n + 1);
    hunted h = hunt(place(which) / "fuzz", request_.seeds, at, n + 1, request_.seconds);
    std::lock_guard lock(mutex_);
    verdicts_[which].hunts[n] = std::move(h);
    if (--left_[which] == 0) finish(which);
    changed_.notify_all();
  }

  void finish(std::size_t which) {
    --unfinished_;
    done_(verdicts_[which]);
  }

  const bench_request& request_;
  const std::function<void(const verdict&)>& done_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<verdict> verdicts_;
  std::vector<unsigned> left_;  ///< hunts that have not ended, by mutant
  std::deque<task> hunts_;
  std::size_t to_build_ = 0, unfinished_ = 0;
  std::exception_ptr failure_;
};

}  // namespace

std::vector<verdict> run_bench(const bench_request& r, const std::function<void(const verdict&)>& done) {
  return crew(r, done).run();
}

}  // namespace umbra::tools
