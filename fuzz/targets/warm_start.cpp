#include "fuzz/targets/warm_start.hpp"

#include <algorithm>

#include "fuzz/ops/program.hpp"
#include "fuzz/targets/coverage.hpp"

namespace umbra::fuzz {

warm_start::warm_start(world& w) : world_(w) {
  for (auto& b : beginnings_) b = std::make_unique<beginning>();
}

/// What makes a foundation is covered when a program is the first of its kind, and not by the program's doing.
bool warm_start::start(const setup& s) {
  const auto counters = coverage_counters();
  before_.assign(counters.begin(), counters.end());
  const std::uint64_t made = world_.counts().foundations;
  if (!world_.start(s)) return false;
  if (world_.counts().foundations == made) return true;
  std::ranges::copy(before_, counters.begin());
  return world_.start(s);
}

/// Everything up to and with the burst, if there is one. False: a finding.
bool warm_start::begin(const program& p) {
  const auto counters = coverage_counters();
  if (counters.empty()) return start(p.setup);
  std::optional<op> burst;
  if (!p.ops.empty() && p.ops[0].kind == kind::exhaust) burst = p.ops[0];
  const auto same = [&](const auto& b) { return b->known && b->burst == burst && b->setup == p.setup; };
  auto at = std::ranges::find_if(beginnings_, same);
  const bool known = at != beginnings_.end();
  if (!known) at = std::ranges::min_element(beginnings_, {}, [](const auto& b) { return b->used; });
  beginning& b = **at;
  b.used = ++time_;
  if (known) {
    world_.restore(b.then);
    std::ranges::copy(b.coverage, counters.begin());
    return true;
  }
  b.known = false;
  if (!start(p.setup) || (burst && !world_.step(*burst))) return false;
  world_.save(b.then);
  b.coverage.assign(counters.begin(), counters.end());
  b.setup = p.setup;
  b.burst = burst;
  b.known = true;
  return true;
}

bool warm_start::run(const program& p) {
  bool well = begin(p);
  const std::size_t begun = world_.done();
  for (std::size_t n = begun; well && n < p.ops.size(); ++n) well = world_.step(p.ops[n]);
  return world_.finish() && well;
}

}  // namespace umbra::fuzz
