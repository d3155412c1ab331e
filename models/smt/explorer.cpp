#include "models/smt/explorer.hpp"

#include <ctime>

namespace umbra::smt {

tally& tally::operator+=(const tally& t) {
  paths += t.paths;
  closed += t.closed;
  forks += t.forks;
  forced += t.forced;
  discharged += t.discharged;
  obvious += t.obvious;
  solver_calls += t.solver_calls;
  microseconds += t.microseconds;
  seen += t.seen;
  return *this;
}

namespace {

/// One run from the start to where the path ends.
void run(const subject& code, path& p, exploration& e) {
  p.begin();
  try {
    code(p);
    p.end();
    ++e.done.paths;
  } catch (const path_closed&) {
    p.end();
    ++e.done.closed;
  }
  if (p.forks() > share::fork_limit)
    throw failure(failure_kind::limit, "A path has more than " + std::to_string(share::fork_limit) + " forks.");
  e.done.seen += share::of_path(p.forks());
}

}  // namespace

exploration explore(const subject& code, const request& r) {
  const std::clock_t start = std::clock();
  exploration e;
  path p(r.limits, r.from);
  if (r.wants_cases) p.want_cases();
  try {
    for (bool more = true; more; more = p.advance()) {
      run(code, p, e);
      const std::uint64_t seen = e.done.paths + e.done.closed;
      if (seen == r.budget) e.remaining = p.hand_over();
      if (seen > r.limits.paths)
        throw failure(failure_kind::limit, "There are more than " + std::to_string(r.limits.paths) + " paths.");
    }
  } catch (const refutation& found) {
    e.refuted = true;
    e.what = found.what;
    if (!found.told.empty()) e.cases = {found.told};
  } catch (const failure& f) {
    e.failed = f.kind;
    e.what = f.what();
  } catch (const z3::exception& x) {
    e.failed = failure_kind::unknown;
    e.what = std::string("Z3: ") + x.msg();
  }
  if (!e.refuted) e.cases = p.take_cases();
  e.done.forks = p.counts().forks;
  e.done.forced = p.counts().forced;
  e.done.discharged = p.counts().discharged;
  e.done.obvious = p.counts().obvious;
  e.done.solver_calls = p.solver_calls();
  e.done.microseconds = static_cast<std::uint64_t>(static_cast<double>(std::clock() - start) * 1e6 / CLOCKS_PER_SEC);
  return e;
}

}  // namespace umbra::smt
