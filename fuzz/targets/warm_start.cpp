#include "fuzz/targets/warm_start.hpp"

#include <algorithm>

#include "fuzz/ops/program.hpp"

// The counters of -fsanitize-coverage=inline-8bit-counters; the linker gives the bounds.
extern "C" {
[[gnu::weak, gnu::visibility("hidden")]] extern std::uint8_t __start___sancov_cntrs[];
[[gnu::weak, gnu::visibility("hidden")]] extern std::uint8_t __stop___sancov_cntrs[];
}

namespace umbra::fuzz {

std::span<std::uint8_t> coverage_counters() { return {__start___sancov_cntrs, __stop___sancov_cntrs}; }

warm_start::warm_start(world& w) : world_(w) {
  for (auto& b : beginnings_) b = std::make_unique<beginning>();
}

/// Everything up to and with the burst, if there is one. False: a finding.
bool warm_start::begin(const program& p) {
  if (p.ops.empty() || p.ops[0].kind != kind::exhaust) return world_.start(p.setup);
  const auto same = [&](const auto& b) { return b->known && b->burst == p.ops[0] && b->setup == p.setup; };
  auto at = std::ranges::find_if(beginnings_, same);
  const bool known = at != beginnings_.end();
  if (!known) at = std::ranges::min_element(beginnings_, {}, [](const auto& b) { return b->used; });
  beginning& b = **at;
  b.used = ++time_;
  const auto counters = coverage_counters();
  if (known) {
    world_.restore(b.then);
    std::ranges::copy(b.coverage, counters.begin());
    return true;
  }
  b.known = false;
  if (!world_.start(p.setup) || !world_.step(p.ops[0])) return false;
  world_.save(b.then);
  b.coverage.assign(counters.begin(), counters.end());
  b.setup = p.setup;
  b.burst = p.ops[0];
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
