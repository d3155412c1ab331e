// The numbers that stand for many.
#include "tools/bench/statistics.hpp"

#include <gtest/gtest.h>

#include <array>

namespace umbra::tools {
namespace {

TEST(statistics, the_median_is_the_middle_value) {
  EXPECT_EQ(median({}), 0);
  EXPECT_EQ(median({3}), 3);
  EXPECT_EQ(median({9, 1, 5}), 5);
  EXPECT_EQ(median({9, 1, 5, 7}), 6);
}

TEST(statistics, a_histogram_has_a_median) {
  EXPECT_EQ(histogram_median(std::array<std::uint64_t, 4>{0, 0, 0, 0}), 0u);
  EXPECT_EQ(histogram_median(std::array<std::uint64_t, 4>{1, 1, 1, 0}), 1u);
  EXPECT_EQ(histogram_median(std::array<std::uint64_t, 4>{0, 1, 0, 5}), 3u);
}

TEST(statistics, growth_is_flat_or_a_factor) {
  EXPECT_EQ(growth(spread(std::array<double, 3>{100, 104, 101})), "flat");
  EXPECT_EQ(growth(spread(std::array<double, 3>{100, 250, 101})), "x2.5");
  EXPECT_EQ(spread({}), 1);
}

}  // namespace
}  // namespace umbra::tools
