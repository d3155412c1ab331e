// The speed table says what was aimed at where a figure falls short.
#include "tools/bench/speed.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace umbra::tools {
namespace {

speed sample() {
  return {.preset = "plain",
          .aim = 50,
          .empty_rate = 1e6,
          .rate = 1e4,
          .ratios = {99, 100, 101},
          .slower = 100,
          .op_rate = 3e5,
          .ops_an_input = 30,
          .fault_or_table = 0.5,
          .live_pages = 40};
}

TEST(speed, a_figure_short_of_its_aim_is_shown_beside_it) {
  const std::string table = speed_table({sample()});
  EXPECT_NE(table.find("1/100.0"), std::string::npos);
  EXPECT_NE(table.find("1/50"), std::string::npos) << table;
}

TEST(speed, the_json_has_figures_and_aims) {
  const nlohmann::json j = to_json(sample());
  EXPECT_EQ(j["times_slower_than_empty"], 100);
  EXPECT_EQ(j["aims"]["times_slower_than_empty"], 50);
  EXPECT_EQ(j["median_live_pages"], 40);
}

}  // namespace
}  // namespace umbra::tools
