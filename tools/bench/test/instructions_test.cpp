// Counts are read from what callgrind and the counted program print.
#include "tools/bench/instructions.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tools/cli/error.hpp"

namespace umbra::tools {
namespace {

TEST(instructions, are_read_from_callgrinds_output) {
  const scaled_count c = read_count("fault pages=100 mappers=7 count=64\n==1== Collected : 6400\n", 64);
  EXPECT_EQ(c.pages, 100u);
  EXPECT_EQ(c.mappers, 7u);
  EXPECT_DOUBLE_EQ(c.instructions, 100);
}

TEST(instructions, that_are_not_there_are_an_error) {
  EXPECT_THROW(read_count("fault pages=100 mappers=7 count=64\n", 64), error);
  EXPECT_THROW(read_count("fault pages=100 mappers=7 count=64\nCollected : 0\n", 64), error);
}

TEST(instructions, say_how_they_grow) {
  const instruction_count flat{.operation = "fault",
                               .by_pages = {{10, 1, 100}, {100, 1, 101}},
                               .by_mappers = {{10, 1, 100}, {10, 100, 300}}};
  const std::string table = instructions_table({flat});
  EXPECT_NE(table.find("flat"), std::string::npos);
  EXPECT_NE(table.find("x3.0"), std::string::npos);
  EXPECT_DOUBLE_EQ(to_json(flat)["by_mappers_spread"], 3);
}

}  // namespace
}  // namespace umbra::tools
