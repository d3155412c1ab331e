// Coverage is read from what llvm-cov exports.
#include "tools/bench/coverage_export.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace umbra::tools {
namespace {

/// Two files; in the first, lines 1 to 4 are code; what was not reached begins within line 3 and takes all of line 4; one condition never held.
nlohmann::json exported() {
  return nlohmann::json::parse(R"({"data": [{
    "files": [
      {"filename": "/somewhere/core/mmu/fault.cpp",
       "segments": [[1, 1, 7, true, true, false], [3, 1, 0, true, true, false], [4, 1, 7, true, false, false],
                    [5, 1, 0, false, false, false]]},
      {"filename": "/somewhere/fuzz/world/world.cpp", "segments": [[1, 1, 0, true, true, false]]}],
    "functions": [
      {"filenames": ["/somewhere/core/mmu/fault.cpp"],
       "branches": [[2, 7, 2, 9, 0, 5, 0, 0, 4], [4, 7, 4, 9, 3, 0, 0, 0, 4]]},
      {"filenames": ["/somewhere/core/mmu/fault.cpp"], "branches": [[4, 7, 4, 9, 0, 2, 0, 0, 4]]}]}]})");
}

TEST(coverage, counts_the_lines_and_arms_of_one_room) {
  const auto files = files_of(exported(), "core/mmu/");
  ASSERT_EQ(files.size(), 1u);
  EXPECT_EQ(files[0].file, "core/mmu/fault.cpp");
  EXPECT_EQ(files[0].arms, 4u);
  ASSERT_EQ(files[0].missed_lines.size(), 1u);
  EXPECT_EQ(files[0].missed_lines[0], 4u);
}

TEST(coverage, an_arm_is_reached_if_any_instance_reaches_it) {
  const auto files = files_of(exported(), "core/mmu/");
  ASSERT_EQ(files[0].missed_arms.size(), 1u);
  EXPECT_EQ(files[0].missed_arms[0].line, 2u);
  EXPECT_TRUE(files[0].missed_arms[0].when);
}

}  // namespace
}  // namespace umbra::tools
