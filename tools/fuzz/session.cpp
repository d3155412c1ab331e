#include "tools/fuzz/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <list>
#include <thread>

#include "tools/cli/error.hpp"

namespace umbra::tools {

namespace {

using clock = std::chrono::steady_clock;

/// How long after its time a job may take to end, seconds: one slow input and the final report.
constexpr double grace = 30;

figures sum(const std::list<job>& jobs) {
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

}  // namespace

session_result fuzz_session(const session_request& r) {
  const auto began = clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(clock::now() - began).count(); };
  std::list<job> jobs;
  for (unsigned n = 0; n < r.jobs; ++n) {
    jobs.emplace_back(job_request{.binary = r.binary,
                                  .work = r.work,
                                  .name = fmt::format("job{}", n),
                                  .corpus = r.corpus,
                                  .seconds = r.seconds,
                                  .seed = r.seed + n,
                                  .flags = {fmt::format("-reload={}", r.jobs > 1 ? 1 : 0)}});
  }
  session_result result;
  progress line;
  for (std::size_t running = jobs.size(); running > 0 && !result.finding && !interrupted();) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    running = 0;
    for (job& j : jobs) {
      if (!j.poll()) {
        ++running;
      } else if (!result.finding) {
        result.finding = j.finding();
      }
    }
    line.show(sum(jobs), elapsed(), r.seconds - elapsed());
    if (elapsed() > r.seconds + grace) throw error("A fuzzing job did not end in time.", status::broken);
  }
  line.end();
  result.interrupted = interrupted();
  result.seconds = elapsed();
  result.total = sum(jobs);
  return result;
}

}  // namespace umbra::tools
