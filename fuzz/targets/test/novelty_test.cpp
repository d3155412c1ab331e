// Against libFuzzer's own rule, one edge at a time.
#include "fuzz/targets/novelty.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <utility>

#include "fuzz/mutator/random.hpp"

namespace umbra::fuzz {
namespace {

/// As CounterToFeature() of libFuzzer has it.
unsigned feature(std::uint8_t count) {
  return count >= 128 ? 7 : count >= 32 ? 6 : count >= 16 ? 5 : count >= 8 ? 4 : count >= 4 ? 3 : count - 1u;
}

TEST(novelty, keeps_what_has_a_new_feature_as_it_is_and_clears_all_else) {
  for (const std::size_t edges : {1u, 63u, 64u, 65u, 200u, 1000u}) {
    novelty n;
    std::set<std::pair<std::size_t, unsigned>> met;
    random chance(edges);
    unsigned kept = 0, cleared = 0;
    for (unsigned input = 0; input < 3000; ++input) {
      std::vector<std::uint8_t> counters(edges);
      for (unsigned taken = chance.below(12); taken > 0; --taken) {
        const auto at = chance.below(static_cast<unsigned>(edges));
        counters[at] = static_cast<std::uint8_t>(chance.one_in(2) ? 1 + chance.below(6) : chance.below(256));
      }
      bool due = false;
      for (std::size_t e = 0; e < edges; ++e) {
        if (counters[e] != 0) due |= met.emplace(e, feature(counters[e])).second;
      }
      const auto before = counters;
      ASSERT_EQ(n.sift(counters), due);
      if (due) {
        ASSERT_EQ(counters, before);
      } else {
        ASSERT_TRUE(std::ranges::all_of(counters, [](std::uint8_t c) { return c == 0; }));
      }
      ++(due ? kept : cleared);
    }
    EXPECT_GT(kept, 5u);
    EXPECT_GT(cleared, 500u);
  }
}

}  // namespace
}  // namespace umbra::fuzz
