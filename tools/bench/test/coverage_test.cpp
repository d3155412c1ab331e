// Coverage is read from llvm-cov's export, and nothing but assertions is left out of it.
#include "tools/bench/coverage.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tools/cli/error.hpp"

namespace umbra::tools {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

/// As llvm-cov 19 exports it (other members left out). fault.cpp:
///   10  void f(int a) {            1
///   11    UMBRA_ASSERT(a > 0);
///   12    if (a > 3) {             never true
///   13      g();
///   14    }                      where the region of line 13 ends
///   15  }
json exported() {
  return json::parse(R"({"data": [{
    "files": [
      {"filename": "/tree/core/mmu/fault.cpp", "segments": [
        [10, 15, 1, true, true, false], [11, 3, 1, true, true, false], [11, 15, 1, true, false, false],
        [12, 7, 1, true, true, false], [12, 12, 1, true, false, false], [12, 13, 0, true, false, true],
        [12, 14, 0, true, true, false], [14, 4, 1, true, false, false], [15, 2, 0, false, false, false]]},
      {"filename": "/tree/core/platform/assert.hpp", "segments": [
        [8, 9, 0, true, true, false], [8, 21, 0, false, false, false]]},
      {"filename": "/tree/fuzz/world/world.cpp", "segments": [
        [1, 1, 0, true, true, false], [9, 1, 0, false, false, false]]}],
    "functions": [
      {"name": "f", "filenames": ["/tree/core/mmu/fault.cpp", "/tree/core/platform/assert.hpp"],
       "branches": [[12, 7, 12, 12, 0, 1, 0, 0, 4], [8, 9, 8, 21, 0, 1, 1, 0, 4]]}]}]})");
}

TEST(coverage, counts_lines_and_arms_of_one_room) {
  const auto files = files_of(exported(), "core/mmu/");
  ASSERT_EQ(files.size(), 1u);
  EXPECT_EQ(files[0].file, "core/mmu/fault.cpp");
  EXPECT_EQ(files[0].lines, 6u);
  EXPECT_THAT(files[0].missed_lines, ElementsAre(13, 14));
}

TEST(coverage, the_space_between_statements_reaches_no_line) {
  json j = exported();
  j["data"][0]["files"][0]["segments"] = json::parse(
      "[[1, 1, 0, true, true, false], [2, 5, 5, true, true, true], [2, 6, 0, true, false, false],"
      " [3, 2, 0, false, false, false]]");
  EXPECT_THAT(files_of(j, "core/mmu/")[0].missed_lines, ElementsAre(1, 2, 3));
}

TEST(coverage, a_branch_has_two_arms_and_an_assertion_none) {
  const auto files = files_of(exported(), "core/mmu/");
  ASSERT_EQ(files.size(), 1u);
  EXPECT_EQ(files[0].arms, 2u);
  ASSERT_EQ(files[0].missed_arms.size(), 1u);
  EXPECT_EQ(files[0].missed_arms[0].line, 12u);
  EXPECT_EQ(files[0].missed_arms[0].column, 7u);
  EXPECT_TRUE(files[0].missed_arms[0].when);
}

TEST(coverage, an_arm_reached_in_one_instance_is_reached) {
  json j = exported();
  json other = j["data"][0]["functions"][0];
  other["branches"] = {{12, 7, 12, 12, 5, 0, 0, 0, 4}};
  j["data"][0]["functions"].push_back(other);
  const auto files = files_of(j, "core/mmu/");
  EXPECT_EQ(files[0].arms, 2u);
  EXPECT_TRUE(files[0].missed_arms.empty());
}

TEST(coverage, a_file_without_branches_is_covered_by_its_lines_alone) {
  json j = exported();
  j["data"][0]["functions"] = json::array();
  const coverage c{"core/mmu", 98, 95, 1, files_of(j, "core/mmu/")};
  EXPECT_DOUBLE_EQ(c.arms_percent(), 100);
  EXPECT_NEAR(c.lines_percent(), 66.7, 0.1);
}

std::string line_of(const std::string&, unsigned line) {
  return line == 12 ? "if (a > 3) {" : line == 13 ? "g();" : "}";
}

TEST(coverage, the_table_shows_what_was_not_reached_and_why) {
  const coverage c{"core/mmu", 98, 95, 60, files_of(exported(), "core/mmu/")};
  const reasons known("core/mmu/fault.cpp: if (a > 3) {\n  The machine has no such address.\n");
  const std::string table = coverage_table(c, line_of, known);
  EXPECT_THAT(
      table,
      HasSubstr("core/mmu: 66.67 % of lines (missed: 98 %), 50.00 % of branch arms (missed: 95 %); 2 unexplained\n"));
  EXPECT_THAT(table, EndsWith("  UNEXPLAINED\n"
                              "    core/mmu/fault.cpp:13: never reached: g();\n"
                              "    core/mmu/fault.cpp:14: never reached: }\n"
                              "  The machine has no such address.\n"
                              "    core/mmu/fault.cpp:12: column 7 never true: if (a > 3) {\n"));
  EXPECT_EQ(to_json(c, line_of, known)["files"][0]["missed_arms"].dump(),
            R"([{"column":7,"line":12,"never":true,"why":"The machine has no such address."}])");
}

TEST(unreached, one_reason_may_serve_several_lines) {
  const reasons r(
      "# comment\n"
      "a.cpp: x();\n"
      "a.cpp:   y();\n"
      "  One reason\n"
      "  on two lines.\n"
      "\n"
      "b.cpp: x();\n"
      "  Another.\n");
  EXPECT_EQ(r.why("a.cpp", "x();"), "One reason on two lines.");
  EXPECT_EQ(r.why("a.cpp", "  y();"), "One reason on two lines.");
  EXPECT_EQ(r.why("b.cpp", "x();"), "Another.");
  EXPECT_EQ(r.why("b.cpp", "y();"), "");
}

TEST(unreached, a_line_without_a_reason_is_an_error) {
  EXPECT_THROW(reasons("a.cpp: x();\n"), error);
  EXPECT_THROW(reasons("  A reason for nothing.\n"), error);
  EXPECT_THROW(reasons("x();\n  No file.\n"), error);
}

}  // namespace
}  // namespace umbra::tools
