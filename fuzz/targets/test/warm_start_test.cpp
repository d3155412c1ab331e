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

/// What a warm start saves: the ops of a burst, or the exits that a set-up takes. Summed up over cold and warm runs.
struct spent {
  std::uint64_t cold = 0, warm = 0;
};

spent compare(taste about, std::uint64_t tally::*what) {
  const auto w = std::make_unique<world>();
  warm_start starts(*w);
  random chance(1);
  program p = generate(7, 18, about);
  spent all;
  for (unsigned n = 0; n < 400; ++n) {
    w->run(p);  // makes the foundation, which a warm start does not count
    const std::uint64_t begun = w->counts().*what;
    const seen due = observe(*w, [&] { return w->run(p); });
    const std::uint64_t between = w->counts().*what;
    const seen got = observe(*w, [&] { return starts.run(p); });
    all.cold += between - begun;
    all.warm += w->counts().*what - between;
    EXPECT_TRUE(due.well);
    EXPECT_EQ(got, due) << "program " << n;
    if (testing::Test::HasFailure()) break;
    mutate(p, chance, 24, about);
    if (n % 20 == 19) p = generate(n, 18, about);
  }
  return all;
}

TEST(warm_start, looks_like_a_cold_one) {
  ASSERT_FALSE(coverage_counters().empty()) << "the core is not instrumented: there is nothing to compare";
  const spent ops = compare(taste::tables, &tally::ops);
  EXPECT_LT(ops.warm + 100, ops.cold) << "few starts were warm";
}

TEST(warm_start, looks_like_a_cold_one_without_a_burst) {
  const spent exits = compare(taste::exits, &tally::vm_exits);
  EXPECT_LT(exits.warm + 1000, exits.cold) << "few starts were warm";
}

}  // namespace
}  // namespace umbra::fuzz
