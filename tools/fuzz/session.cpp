#include "tools/fuzz/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <list>
#include <map>
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

  void exchange() {
    for (job& j : jobs) j.exchange();
  }

  figures sum() const {
    figures total;
    for (const job& j : jobs) {
      const fuzz::live shown = j.live();
      const engine_status engine = j.engine();
      total.executions += shown.executions;
      total.counts += shown.counts;
      total.coverage = std::max(total.coverage, engine.coverage);
      total.features = std::max(total.features, engine.features);
      total.corpus = std::max(total.corpus, engine.corpus);
    }
    return total;
  }
};

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
      line.show(sum(), elapsed(), request_.seconds - elapsed());
      // One shift's lateness makes the next one late.
      if (elapsed() > request_.seconds + grace * static_cast<double>(efforts_.size())) {
        throw error("A fuzzing job did not end in time.", status::broken);
      }
    }
    line.end();
    for (effort& e : efforts_) e.exchange();
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
    e.jobs.emplace_back(
        job_request{.binary = subject.binary,
                    .work = subject.work,
                    .name = fmt::format("{}{}", subject.engine == fuzz_engine::afl ? "afl" : "job", s.worker),
                    .corpus = subject.corpus,
                    .seconds = s.seconds,
                    .seed = request_.seed + s.worker,
                    .flags = flags,
                    .engine = subject.engine,
                    .mutator = subject.mutator,
                    .leads = e.jobs.empty()});
    ++e.running;
    workers_[s.worker] = {&e.jobs.back(), s.subject};
  }

  /// What the progress line shows. Edges and inputs of different targets are different ones; those of two engines with
  /// one target are much the same.
  figures sum() const {
    std::map<std::filesystem::path, figures> by_corpus;
    for (std::size_t n = 0; n < efforts_.size(); ++n) {
      figures& all = by_corpus[request_.subjects[n].corpus];
      const figures one = efforts_[n].sum();
      all.executions += one.executions;
      all.counts += one.counts;
      all.coverage = std::max(all.coverage, one.coverage);
      all.corpus = std::max(all.corpus, one.corpus);
    }
    figures total;
    for (const auto& [corpus, one] : by_corpus) {
      total.executions += one.executions;
      total.counts += one.counts;
      total.coverage += one.coverage;
      total.corpus += one.corpus;
    }
    return total;
  }

  /// True once a job has found something.
  bool poll(double passed) {
    if (elapsed() - exchanged_ >= 1) {
      exchanged_ = elapsed();
      for (effort& e : efforts_) e.exchange();
    }
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
  double exchanged_ = 0;  ///< when
};

}  // namespace

std::vector<session_result> fuzz_session(const session_request& r) { return session(r).run(); }

}  // namespace umbra::tools
