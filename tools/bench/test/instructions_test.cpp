// Counts are read from what callgrind and the measured program print.
#include "tools/bench/instructions.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tools/cli/error.hpp"

namespace umbra::tools {
namespace {

using testing::HasSubstr;

TEST(instructions, a_count_is_divided_among_the_repeats_and_belongs_to_the_scale_that_was_reached) {
  const scaled_count c = read_count(
      "==7== Callgrind, a call-graph generating cache profiler\n"
      "fault pages=101 mappers=64 count=64\n"
      "==7== Events    : Ir\n==7== Collected : 64128\n",
      64);
  EXPECT_EQ(c.pages, 101u);
  EXPECT_EQ(c.mappers, 64u);
  EXPECT_DOUBLE_EQ(c.instructions, 1002);
}

TEST(instructions, a_log_without_a_count_is_an_error) {
  EXPECT_THROW(read_count("fault pages=101 mappers=64 count=64\n", 64), error);
  EXPECT_THROW(read_count("fault pages=1 mappers=1 count=64\n==7== Collected : 0\n", 64), error);
  EXPECT_THROW(read_count("==7== Collected : 64\n", 64), error);
}

TEST(instructions, the_table_says_flat_or_by_how_much) {
  const instruction_count row{.operation = "invlpg",
                              .by_pages = {{10, 1, 500}, {100, 1, 501}, {1000, 1, 502}},
                              .by_mappers = {{100, 1, 500}, {100, 100, 900}, {100, 10000, 4000}}};
  const std::string table = instructions_table({row});
  EXPECT_THAT(table, HasSubstr("INVLPG"));
  EXPECT_THAT(table, HasSubstr(" 502   flat "));
  EXPECT_THAT(table, HasSubstr(" 4000   x8.0\n"));
  const nlohmann::json j = to_json(row);
  EXPECT_EQ(j["by_mappers"][2]["mappers"], 10000);
  EXPECT_DOUBLE_EQ(j["by_mappers_spread"].get<double>(), 8);
}

}  // namespace
}  // namespace umbra::tools
