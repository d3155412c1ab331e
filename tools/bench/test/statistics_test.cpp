// The few numbers that stand for many.
#include "tools/bench/statistics.hpp"

#include <gtest/gtest.h>

namespace umbra::tools {
namespace {

TEST(statistics, the_median_is_the_middle_one_in_whatever_order) {
  EXPECT_DOUBLE_EQ(median({9, 1, 5}), 5);
  EXPECT_DOUBLE_EQ(median({4}), 4);
}

TEST(statistics, the_median_of_an_even_number_lies_between_the_middle_two) {
  EXPECT_DOUBLE_EQ(median({8, 1, 2, 100}), 5);
}

TEST(statistics, one_disturbed_round_does_not_move_the_median) { EXPECT_DOUBLE_EQ(median({50, 51, 49, 50, 9000}), 50); }

TEST(statistics, the_median_of_nothing_is_zero) {
  EXPECT_DOUBLE_EQ(median({}), 0);
  EXPECT_EQ(histogram_median({}), 0u);
  EXPECT_EQ(histogram_median(std::vector<std::uint64_t>(8)), 0u);
}

TEST(statistics, a_histogram_has_the_median_of_what_it_counts) {
  EXPECT_EQ(histogram_median(std::vector<std::uint64_t>{0, 1, 0, 1, 1}), 3u);
  EXPECT_EQ(histogram_median(std::vector<std::uint64_t>{5, 0, 0, 0, 1}), 0u);
  EXPECT_EQ(histogram_median(std::vector<std::uint64_t>{0, 0, 0, 0, 1}), 4u) << "the last bucket too";
}

TEST(statistics, spread_is_the_largest_over_the_smallest) {
  EXPECT_DOUBLE_EQ(spread(std::vector<double>{100, 250, 50}), 5);
  EXPECT_DOUBLE_EQ(spread({}), 1);
}

TEST(statistics, a_tenth_is_where_growth_begins) {
  EXPECT_EQ(growth(1.0), "flat");
  EXPECT_EQ(growth(1.09), "flat");
  EXPECT_EQ(growth(1.1), "x1.1");
  EXPECT_EQ(growth(12.34), "x12.3");
}

}  // namespace
}  // namespace umbra::tools
