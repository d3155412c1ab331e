// Metadata of mutants is checked when it is read, and the table says what happened.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/bugs/table.hpp"
#include "tools/cli/error.hpp"
#include "tools/cli/test/scratch.hpp"
#include "tools/cli/tree.hpp"

namespace umbra::tools {
namespace {

using ::testing::HasSubstr;

class bugs : public ::testing::Test {
 protected:
  void plant(const std::string& directory, const std::string& id) {
    write_file(place_ / directory / "bug.json",
               R"({"id": ")" + id + R"(", "title": "t", "reference": "r", "room": "core",
      "expected": ["I2"]})");
    write_file(place_ / directory / "patch.diff", "");
  }
  std::string refusal(const std::vector<std::string>& ids = {}) {
    try {
      mutants_in(place_.path(), ids);
    } catch (const error& e) {
      return e.what();
    }
    return "";
  }
  scratch place_;
};

TEST_F(bugs, are_listed_by_id) {
  plant("B02-b", "B02");
  plant("B01-a", "B01");
  const auto all = mutants_in(place_.path(), {});
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].id, "B01");
  EXPECT_EQ(mutants_in(place_.path(), {"B02"}).size(), 1u);
}

TEST_F(bugs, an_id_that_does_not_exist_is_refused) {
  plant("B01-a", "B01");
  EXPECT_THAT(refusal({"B09"}), HasSubstr("There is no bug 'B09'"));
}

TEST_F(bugs, metadata_out_of_order_is_refused) {
  plant("B01-a", "B02");
  EXPECT_THAT(refusal(), HasSubstr("its id is B02"));
  write_file(place_ / "B01-a/bug.json", "{");
  EXPECT_THAT(refusal(), HasSubstr("bug.json"));
}

TEST(bug_table, tells_found_escaped_broken_and_unexpected_apart) {
  verdict v{.subject = {.id = "B01",
                        .title = "t",
                        .reference = "r",
                        .room = "core",
                        .expected = {"I2"},
                        .theorems = {},
                        .patch = "p"}};
  v.hunts.resize(2);
  EXPECT_FALSE(v.found());
  EXPECT_THAT(table_row(v), HasSubstr("ESCAPED 2/2"));
  v.hunts[0].finding = finding_report{"I2", "x", ""};
  EXPECT_FALSE(v.found());
  EXPECT_THAT(table_row(v), HasSubstr("ESCAPED 1/2"));
  v.hunts[1].finding = finding_report{"I9", "x", ""};
  EXPECT_TRUE(v.found());
  EXPECT_THAT(table_row(v), HasSubstr("found 2/2"));
  EXPECT_THAT(table_row(v), HasSubstr("I2,I9*"));
  v.problem = "it does not compile";
  EXPECT_FALSE(v.found());
  EXPECT_THAT(table_row(v), HasSubstr("BROKEN"));
}

TEST(bug_table, says_which_theorems_a_bug_refutes_and_which_it_should) {
  verdict v{.subject = {.id = "B01",
                        .title = "t",
                        .reference = "r",
                        .room = "core",
                        .expected = {},
                        .theorems = {"T2", "T3"},
                        .patch = "p"}};
  v.hunts.resize(1);
  EXPECT_FALSE(v.refuted());
  v.proof.tried = {"T2", "T3"};
  v.proof.refuted = {"T3"};
  EXPECT_FALSE(v.refuted());
  EXPECT_THAT(table_row(v), HasSubstr("T3,!T2"));
  v.proof.refuted = {"T2", "T3"};
  EXPECT_TRUE(v.refuted());
  EXPECT_THAT(table_row(v), HasSubstr("T2,T3"));
  EXPECT_THAT(table_foot({v}), HasSubstr("1 of 1 refuted by proof"));
  v.proof = {.tried = {}, .refuted = {}, .problem = "it does not compile"};
  EXPECT_FALSE(v.refuted());
  EXPECT_THAT(table_row(v), HasSubstr("BROKEN"));
}

TEST(bug_table, the_clean_tree_must_be_quiet) {
  verdict v{.subject = clean_tree()};
  v.hunts.resize(1);
  EXPECT_THAT(table_row(v), HasSubstr("quiet"));
  v.hunts[0].finding = finding_report{"I2", "x", ""};
  EXPECT_THAT(table_row(v), HasSubstr("NOT QUIET"));
}

}  // namespace
}  // namespace umbra::tools
