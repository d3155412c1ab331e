// The table of speeds says what was measured and what was aimed at.
#include "tools/bench/speed.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace umbra::tools {
namespace {

using testing::HasSubstr;
using testing::Not;

speed good() {
  return {.target = "mmu",
          .preset = "plain",
          .aim = 50,
          .empty_rate = 2'000'000,
          .rate = 41'667,
          .ratios = {47, 48, 49},
          .slower = 48,
          .op_rate = 1'000'000,
          .ops_an_input = 24,
          .fault_or_table = 0.45,
          .live_pages = 33};
}

TEST(speed, figures_that_reach_their_aims_stand_beside_them) {
  const std::string table = speed_table({good()});
  EXPECT_THAT(table, HasSubstr(" 2000000 "));
  EXPECT_THAT(table, HasSubstr("1/48.0 (1/50)"));
  EXPECT_THAT(table, HasSubstr("24.0 (16)"));
  EXPECT_THAT(table, HasSubstr("45 % (30 %)"));
  EXPECT_THAT(table, HasSubstr("33 (30)"));
  EXPECT_THAT(table, Not(HasSubstr("missed")));
}

TEST(speed, figures_that_miss_their_aims_say_so) {
  speed s = good();
  s.slower = 50.1;
  s.ops_an_input = 15.9;
  s.fault_or_table = 0.29;
  s.live_pages = 29;
  const std::string table = speed_table({s});
  EXPECT_THAT(table, HasSubstr("1/50.1 (missed: 1/50)"));
  EXPECT_THAT(table, HasSubstr("15.9 (missed: 16)"));
  EXPECT_THAT(table, HasSubstr("29 % (missed: 30 %)"));
  EXPECT_THAT(table, HasSubstr("29 (missed: 30)"));
}

TEST(speed, the_table_has_a_head_and_a_line_for_each_build_all_equally_long) {
  const std::string table = speed_table({good(), good()});
  const std::size_t width = table.find('\n') + 1;
  EXPECT_EQ(table.size(), 3 * width);
}

TEST(speed, exits_stand_below_each_other_with_what_they_are_beside_the_empty_target) {
  speed s = good();
  s.exits = {{"CPUID", 40'000, 50}, {"emulated instructions", 1'000, 2'000}};
  const std::string table = exit_rates_table(s);
  EXPECT_THAT(table, HasSubstr("exits of mmu, plain"));
  EXPECT_THAT(table, HasSubstr("CPUID                                             40000         1/50.0\n"));
  EXPECT_THAT(table, HasSubstr("emulated instructions                              1000       1/2000.0\n"));
  EXPECT_EQ(to_json(s)["exits"][0]["what"], "CPUID");
  EXPECT_THAT(table, Not(HasSubstr("missed")));
}

TEST(speed, json_keeps_the_rounds_and_the_aims) {
  const nlohmann::json j = to_json(good());
  EXPECT_EQ(j["times_slower_in_each_round"].dump(), "[47.0,48.0,49.0]");
  EXPECT_EQ(j["times_slower_than_empty"], 48);
  EXPECT_EQ(j["aims"]["times_slower_than_empty"], 50);
  EXPECT_EQ(j["aims"]["median_live_pages"], 30);
}

}  // namespace
}  // namespace umbra::tools
