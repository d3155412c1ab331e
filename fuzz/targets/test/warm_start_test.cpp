// Nobody can tell a warm start from a cold one: not by the trace, and not by the coverage that guides the engine.
#include "fuzz/targets/warm_start.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "fuzz/mutator/mutator.hpp"
#include "fuzz/targets/coverage.hpp"

namespace umbra::fuzz {
namespace {

struct seen {
  bool well;
  std::uint64_t trace;
  std::vector<std::uint8_t> coverage;
  friend bool operator==(const seen&, const seen&) = default;
};

/// As the engine does: the counters are cleared, then the program runs.
template <class Run>
seen observe(world& w, Run&& run) {
  const auto counters = coverage_counters();
  std::ranges::fill(counters, std::uint8_t{0});
  const bool well = run();
  return {well, w.trace(), {counters.begin(), counters.end()}};
}

TEST(warm_start, looks_like_a_cold_one) {
  ASSERT_FALSE(coverage_counters().empty()) << "the core is not instrumented: there is nothing to compare";
  const auto w = std::make_unique<world>();
  warm_start starts(*w);
  random chance(1);
  program p = generate(7);
  std::uint64_t cold = 0, warm = 0;
  for (unsigned n = 0; n < 400; ++n) {
    w->run(p);  // makes the foundation, which a warm start does not count
    const std::uint64_t begun = w->counts().ops;
    const seen due = observe(*w, [&] { return w->run(p); });
    const std::uint64_t between = w->counts().ops;
    const seen got = observe(*w, [&] { return starts.run(p); });
    cold += between - begun;
    warm += w->counts().ops - between;
    ASSERT_TRUE(due.well);
    ASSERT_EQ(got, due) << "program " << n;
    mutate(p, chance);
    if (n % 20 == 19) p = generate(n);
  }
  EXPECT_LT(warm + 100, cold) << "few starts were warm";
}

}  // namespace
}  // namespace umbra::fuzz
