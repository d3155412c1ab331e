#include "tools/fuzz/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <list>
#include <thread>

#include "tools/cli/error.hpp"
#include "tools/fuzz/shifts.hpp"

namespace umbra::tools {

namespace {

using clock = std::chrono::steady_clock;

/// How long after its time a job may take to end, seconds: one slow input and the final report.
constexpr double grace = 30;

/// What has been done on one subject.
struct effort {
  std::list<job> jobs = {};
  unsigned running = 0;
  session_result result = {};

  figures sum() const {
    figures total;
    for (const job& j : jobs) {
      const fuzz::live shown = j.live();
      const engine_status engine = j.engine();
      total.executions += shown.executions;
      total.counts.ops += shown.counts.ops;
      total.counts.effective += shown.counts.effective;
      total.counts.accesses += shown.counts.accesses;
      total.counts.fault_or_table += shown.counts.fault_or_table;
      total.counts.exits += shown.counts.exits;
      total.counts.checks += shown.counts.checks;
      total.counts.full_checks += shown.counts.full_checks;
      total.coverage = std::max(total.coverage, engine.coverage);
      total.features = std::max(total.features, engine.features);
      total.corpus = std::max(total.corpus, engine.corpus);
    }
    return total;
  }
};

/// What the progress line shows: edges and inputs of different subjects are different ones.
figures sum(const std::vector<effort>& efforts) {
  figures total;
  for (const effort& e : efforts) {
    const figures one = e.sum();
    total.executions += one.executions;
    total.counts.effective += one.counts.effective;
    total.counts.checks += one.counts.checks;
    total.coverage += one.coverage;
    total.corpus += one.corpus;
  }
  return total;
}

class session {
 public:
  explicit session(const session_request& r)
      : request_(r),
        waiting_(share_out(static_cast<unsigned>(r.subjects.size()), r.jobs, r.seconds)),
        workers_(r.jobs),
        efforts_(r.subjects.size()) {}

  std::vector<session_result> run() {
    progress line;
    bool found = false;
    for (start_due(); busy() && !found && !interrupted(); start_due()) {
      const double before = elapsed();
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      found = poll(elapsed() - before);
      line.show(sum(efforts_), elapsed(), request_.seconds - elapsed());
      // One shift's lateness makes the next one late.
      if (elapsed() > request_.seconds + grace * static_cast<double>(efforts_.size())) {
        throw error("A fuzzing job did not end in time.", status::broken);
      }
    }
    line.end();
    std::vector<session_result> results;
    for (effort& e : efforts_) {
      e.result.interrupted = interrupted();
      e.result.total = e.sum();
      e.result.course.close({e.result.seconds, e.result.total});
      results.push_back(std::move(e.result));
    }
    return results;
  }

 private:
  struct worker {
    job* at_work = nullptr;
    unsigned subject = 0;
  };

  double elapsed() const { return std::chrono::duration<double>(clock::now() - began_).count(); }
  bool busy() const {
    return std::any_of(workers_.begin(), workers_.end(), [](const worker& w) { return w.at_work != nullptr; });
  }

  /// Gives each idle worker its next shift.
  void start_due() {
    for (unsigned n = 0; n < workers_.size(); ++n) {
      if (workers_[n].at_work != nullptr) continue;
      const auto next = std::find_if(waiting_.begin(), waiting_.end(), [&](const shift& s) { return s.worker == n; });
      if (next == waiting_.end()) continue;
      start(*next);
      waiting_.erase(next);
    }
  }

  void start(const shift& s) {
    const session_subject& subject = request_.subjects[s.subject];
    effort& e = efforts_[s.subject];
    std::vector<std::string> flags = subject.flags;
    flags.push_back(fmt::format("-reload={}", request_.jobs > 1 ? 1 : 0));
    e.jobs.emplace_back(job_request{.binary = subject.binary,
                                    .work = subject.work,
                                    .name = fmt::format("job{}", s.worker),
                                    .corpus = subject.corpus,
                                    .seconds = s.seconds,
                                    .seed = request_.seed + s.worker,
                                    .flags = flags});
    ++e.running;
    workers_[s.worker] = {&e.jobs.back(), s.subject};
  }

  /// True once a job has found something.
  bool poll(double passed) {
    for (effort& e : efforts_) {
      if (e.running == 0) continue;
      e.result.seconds += passed;
      if (e.result.course.due(e.result.seconds)) e.result.course.add({e.result.seconds, e.sum()});
    }
    for (worker& w : workers_) {
      if (w.at_work == nullptr || !w.at_work->poll()) continue;
      effort& e = efforts_[w.subject];
      --e.running;
      e.result.finding = w.at_work->finding();
      w.at_work = nullptr;
      if (e.result.finding) return true;
    }
    return false;
  }

  const session_request& request_;
  std::vector<shift> waiting_;
  std::vector<worker> workers_;
  std::vector<effort> efforts_;
  clock::time_point began_ = clock::now();
};

}  // namespace

std::vector<session_result> fuzz_session(const session_request& r) { return session(r).run(); }

}  // namespace umbra::tools
