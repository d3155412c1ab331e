// Metadata of mutants is checked when it is read, and the table says what happened.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "tools/bugs/patched.hpp"
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

TEST_F(bugs, an_id_that_two_have_is_refused) {
  plant("B01-a", "B01");
  plant("B01-b", "B01");
  EXPECT_THAT(refusal({"B01"}), HasSubstr("have the id B01"));
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
  v.fuzzed = {{fuzz_engine::libfuzzer, std::vector<hunted>(2)}};
  auto& hunts = v.fuzzed[0].hunts;
  EXPECT_FALSE(v.found());
  EXPECT_THAT(table_row(v), HasSubstr("ESCAPED 2/2"));
  hunts[0].finding = finding_report{"I2", "x", ""};
  EXPECT_FALSE(v.found());
  EXPECT_THAT(table_row(v), HasSubstr("ESCAPED 1/2"));
  hunts[1].finding = finding_report{"I9", "x", ""};
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
  v.fuzzed = {{fuzz_engine::libfuzzer, std::vector<hunted>(1)}};
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

TEST(survivals, a_seed_without_a_finding_is_later_than_any) {
  const survival all{"libfuzzer", {4.0, 1.0, 2.0}};
  EXPECT_TRUE(all.always());
  EXPECT_EQ(all.median(), 2.0);
  EXPECT_EQ(all.worst(), 4.0);
  const survival most{"libfuzzer", {4.0, std::nullopt, 2.0}};
  EXPECT_EQ(most.found(), 2u);
  EXPECT_FALSE(most.always());
  EXPECT_EQ(most.median(), 4.0);
  EXPECT_EQ(most.worst(), std::nullopt);
  const survival few{"libfuzzer", {std::nullopt, 2.0}};
  EXPECT_EQ(few.median(), std::nullopt);
  EXPECT_EQ((survival{"proofs", {}}).median(), std::nullopt);
}

TEST(bug_table, says_what_properties_found) {
  verdict v{
      .subject = {
          .id = "B01", .title = "t", .reference = "r", .room = "core", .expected = {}, .theorems = {}, .patch = "p"}};
  v.fuzzed = {{fuzz_engine::libfuzzer, std::vector<hunted>(2)}};
  v.properties.resize(2);
  v.properties[1].finding = finding_report{"property", "some_property", ""};
  EXPECT_THAT(table_row(v), HasSubstr(" 1/2 "));
  EXPECT_THAT(table_foot({v}), HasSubstr("0 of 1 by properties"));
  v.properties[0].finding = v.properties[1].finding;
  EXPECT_THAT(table_foot({v}), HasSubstr("1 of 1 by properties"));
}

TEST(bug_table, has_columns_for_each_fuzz_engine) {
  verdict v{.subject = {.id = "B01",
                        .title = "t",
                        .reference = "r",
                        .room = "core",
                        .expected = {"I3"},
                        .theorems = {},
                        .patch = "p"}};
  v.fuzzed = {{fuzz_engine::libfuzzer, std::vector<hunted>(3)}, {fuzz_engine::afl, std::vector<hunted>(3)}};
  v.fuzzed[0].hunts[0].finding = finding_report{"I2", "x", ""};
  for (hunted& h : v.fuzzed[1].hunts) h = {.seed = 1, .finding = finding_report{"I9", "x", ""}, .seconds = 7.5};
  EXPECT_TRUE(v.found());
  EXPECT_THAT(table_head({fuzz_engine::libfuzzer, fuzz_engine::afl}), HasSubstr("properties afl        median s"));
  EXPECT_THAT(table_row(v), HasSubstr("-          3/3             7.5      7.5  -           -"));
  EXPECT_THAT(table_row(v), HasSubstr("I2*,I9*"));
  EXPECT_THAT(table_foot({v}), HasSubstr("1 of 1 found (1 by afl, 0 by libfuzzer)"));
  v.fuzzed[1].hunts[2].finding.reset();
  EXPECT_FALSE(v.found());
  EXPECT_THAT(table_row(v), HasSubstr("ESCAPED 1/3"));
}

TEST(bug_table, says_what_the_kernel_noticed_and_what_it_did_not_reach) {
  using answer = kernel_result::answer;
  verdict v{
      .subject = {
          .id = "B01", .title = "t", .reference = "r", .room = "core", .expected = {}, .theorems = {}, .patch = "p"}};
  EXPECT_TRUE(v.survivals().empty());
  std::vector<verdict> all;
  for (const auto& [is, shown] : {std::pair{answer::outside, " not reached "},
                                  {answer::unreached, " not reached "},
                                  {answer::missed, " no "},
                                  {answer::noticed, " I3 "},
                                  {answer::broken, " BROKEN "}}) {
    v.in_kernel = {is, is == answer::noticed ? "I3" : "", "", 9.0};
    EXPECT_THAT(table_row(v), HasSubstr(shown));
    all.push_back(v);
  }
  EXPECT_EQ(all[1].survivals().size(), 0u);
  EXPECT_EQ(all[2].survivals()[0].median(), std::nullopt);
  EXPECT_EQ(all[3].survivals()[0].median(), 9.0);
  EXPECT_FALSE(all[3].quiet());
  EXPECT_THAT(table_foot(all), HasSubstr("1 of 5 in the kernel, which reaches 2"));
}

TEST(bugs_in_the_kernel, are_reached_if_the_mmu_does_something_else) {
  const std::vector<measured> clean{{"a/level4", {{"ticks", 5}, {"vm checks", 3}, {"vm pf_fixed", 7}}}};
  std::vector<measured> now = clean;
  now[0].second["ticks"] = now[0].second["vm checks"] = 9;
  EXPECT_EQ(other_deed(clean, now), "");
  now[0].second["vm pf_fixed"] = 8;
  EXPECT_EQ(other_deed(clean, now), "a/level4: vm pf_fixed is 8 instead of 7");
  EXPECT_EQ(other_deed(clean, {}), "a/level4 has no figures");
  now[0].second["vm pf_fixed"] = 7;
  EXPECT_EQ(other_deed(clean, now), "");
  // So does what came to a vCPU, but not how often it left for the host's sake.
  const std::vector<measured> exits{{"a/events", {{"vcpu0 exits", 5}, {"vcpu0 irq_exits", 2}, {"vcpu0 cr_exits", 3}}}};
  now = exits;
  now[0].second["vcpu0 exits"] = now[0].second["vcpu0 irq_exits"] = 9;
  EXPECT_EQ(other_deed(exits, now), "");
  now[0].second["vcpu0 cr_exits"] = 4;
  EXPECT_EQ(other_deed(exits, now), "a/events: vcpu0 cr_exits is 4 instead of 3");
  // Of two vCPUs it is a matter of time.
  const std::vector<measured> two{{"a/two_vcpus", {{"vcpu1 exits", 3}, {"vm pf_fixed", 7}}}};
  EXPECT_EQ(other_deed(two, {{"a/two_vcpus", {{"vcpu1 exits", 3}, {"vm pf_fixed", 8}}}}), "");
}

class patches : public ::testing::Test {
 protected:
  patches() {
    if (const char* root = std::getenv("UMBRA_ROOT")) before_ = root;
    ::setenv("UMBRA_ROOT", place_.path().c_str(), 1);
    write_file(place_ / "core/a.cpp", "one\ntwo\nthree\n");
  }
  ~patches() override { before_.empty() ? ::unsetenv("UMBRA_ROOT") : ::setenv("UMBRA_ROOT", before_.c_str(), 1); }
  auto made_by(const std::string& was) {
    write_file(place_ / "p.diff",
               "--- a/core/a.cpp\n+++ b/core/a.cpp\n@@ -1,3 +1,3 @@\n one\n-" + was + "\n+2\n three\n");
    return patched(place_ / "p.diff", place_ / "work");
  }
  scratch place_;
  std::string before_;
};

TEST_F(patches, leave_the_tree_as_it_is) {
  const auto made = made_by("two");
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(made->at("core/a.cpp"), "one\n2\nthree\n");
  EXPECT_EQ(read_file(place_ / "core/a.cpp"), "one\ntwo\nthree\n");
}

TEST_F(patches, that_do_not_apply_make_nothing) {
  EXPECT_FALSE(made_by("too").has_value());
  std::filesystem::remove(place_ / "core/a.cpp");
  EXPECT_FALSE(made_by("two").has_value());
}

TEST(bug_table, the_clean_tree_must_be_quiet) {
  verdict v{.subject = clean_tree()};
  v.fuzzed = {{fuzz_engine::libfuzzer, std::vector<hunted>(1)}, {fuzz_engine::afl, std::vector<hunted>(1)}};
  v.properties.resize(1);
  EXPECT_THAT(table_row(v), HasSubstr(" quiet"));
  v.fuzzed[1].hunts[0].finding = finding_report{"I2", "x", ""};
  EXPECT_THAT(table_row(v), HasSubstr("NOT QUIET"));
  v.fuzzed[1].hunts[0].finding.reset();
  v.properties[0].finding = finding_report{"property", "x", ""};
  EXPECT_THAT(table_row(v), HasSubstr("NOT QUIET"));
}

}  // namespace
}  // namespace umbra::tools
