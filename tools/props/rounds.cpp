#include "tools/props/rounds.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <thread>

namespace umbra::tools {

namespace {

/// How long runs may go on when the time is over, seconds: one that has failed is being shrunk.
constexpr double grace = 120;

using clock = std::chrono::steady_clock;

double since(clock::time_point t) { return std::chrono::duration<double>(clock::now() - t).count(); }

class rounds {
 public:
  explicit rounds(const rounds_request& r) : request_(r), workers_(r.jobs) {
    for (const std::string& p : r.properties) result_.properties.push_back({.property = p, .broken = {}});
  }

  rounds_result run() {
    for (start_due(); busy() && !over(); start_due()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      collect();
    }
    for (worker& w : workers_) result_.cut_short += w.attempt != nullptr;
    result_.seconds = since(began_);
    result_.interrupted = interrupted();
    return std::move(result_);
  }

 private:
  struct worker {
    std::unique_ptr<tools::attempt> attempt;
    std::size_t property = 0;
    clock::time_point began;
  };

  bool timed() const { return request_.seconds != 0; }
  bool over() const { return interrupted() || (timed() && since(began_) >= request_.seconds + grace); }
  bool busy() const {
    for (const worker& w : workers_) {
      if (w.attempt != nullptr) return true;
    }
    return false;
  }

  /// Moves on to the next property that has not failed; false if none is due any more.
  bool advance() {
    if (timed() && since(began_) >= request_.seconds) return false;
    for (std::size_t tried = 0; tried < result_.properties.size(); ++tried) {
      if (next_ == result_.properties.size()) {
        if (!timed()) return false;
        next_ = 0;
        ++round_;
      }
      if (!result_.properties[next_].broken) return true;
      ++next_;
    }
    return false;
  }

  void start_due() {
    for (std::size_t n = 0; n < workers_.size(); ++n) {
      worker& w = workers_[n];
      if (w.attempt != nullptr || !advance()) continue;
      w.property = next_++;
      w.began = clock::now();
      w.attempt = std::make_unique<tools::attempt>(request_.program, request_.work, fmt::format("job{}", n),
                                                   property_run{.property = request_.properties[w.property],
                                                                .seed = request_.seed + round_,
                                                                .count = request_.count,
                                                                .size = request_.size});
    }
  }

  void collect() {
    for (worker& w : workers_) {
      if (w.attempt == nullptr || !w.attempt->poll()) continue;
      property_result& r = result_.properties[w.property];
      ++r.runs;
      r.seconds += since(w.began);
      std::optional<counterexample> broken = w.attempt->verdict();
      w.attempt.reset();
      if (!broken) continue;
      fmt::print("{} does not hold: {}\n", r.property, broken->why);
      std::fflush(stdout);
      // Another worker may have met it with an earlier seed.
      if (!r.broken || broken->run.seed < r.broken->run.seed) r.broken = std::move(broken);
    }
  }

  const rounds_request& request_;
  std::vector<worker> workers_;
  rounds_result result_;
  std::size_t next_ = 0;
  std::uint32_t round_ = 0;
  clock::time_point began_ = clock::now();
};

}  // namespace

rounds_result run_rounds(const rounds_request& r) { return rounds(r).run(); }

}  // namespace umbra::tools
