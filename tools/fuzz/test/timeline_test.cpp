// The moments of a session: few, and evenly spread.
#include "tools/fuzz/timeline.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace umbra::tools {
namespace {

timeline of(unsigned seconds) {
  timeline t;
  for (unsigned tenth = 0; tenth <= 10 * seconds; ++tenth) {
    if (t.due(tenth / 10.0)) t.add({tenth / 10.0, {.executions = tenth}});
  }
  return t;
}

TEST(timeline, has_a_moment_each_second_of_a_short_session) {
  const timeline t = of(60);
  ASSERT_EQ(t.moments().size(), 61u);
  EXPECT_EQ(t.moments()[7].so_far.executions, 70u);
}

TEST(timeline, keeps_few_and_even_ones_of_a_long_session) {
  const timeline t = of(4000);
  const auto& all = t.moments();
  EXPECT_LE(all.size(), timeline::limit);
  EXPECT_GE(all.size(), timeline::limit / 2 - 1);
  EXPECT_EQ(all.front().seconds, 0);
  double least = 1e9, most = 0;
  for (std::size_t n = 1; n < all.size(); ++n) {
    least = std::min(least, all[n].seconds - all[n - 1].seconds);
    most = std::max(most, all[n].seconds - all[n - 1].seconds);
  }
  EXPECT_LE(most, 2 * least + 0.1);
}

TEST(timeline, ends_with_the_end) {
  timeline t = of(10);
  t.close({10, {.executions = 999}});
  EXPECT_EQ(t.moments().size(), 11u);
  EXPECT_EQ(t.moments().back().so_far.executions, 999u);
  t.close({10.4, {.executions = 1000}});
  EXPECT_EQ(t.moments().size(), 12u);
}

}  // namespace
}  // namespace umbra::tools
