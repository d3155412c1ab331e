// What is made of a finding: its signature, its files, and the shelf that tells new ones from known ones.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/cli/error.hpp"
#include "tools/cli/test/scratch.hpp"
#include "tools/cli/tree.hpp"
#include "tools/triage/issue.hpp"
#include "tools/triage/regression.hpp"
#include "tools/triage/shelf.hpp"
#include "tools/triage/test/example.hpp"

namespace umbra::tools {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(signature, is_the_same_however_deep_and_wherever_in_a_function) {
  record a = example(), b = example();
  b.stack[0].line = 99;
  b.stack.push_back({"vmx::enter", "core/vmx/entry.cpp", 4});
  b.text = "other values";
  EXPECT_EQ(signature(a), signature(b));
  EXPECT_EQ(signature_name(a), signature_name(b));
}

TEST(signature, differs_by_promise_op_rule_and_function) {
  const record a = example();
  for (unsigned what = 0; what < 4; ++what) {
    record b = example();
    if (what == 0) b.id = "I2";
    if (what == 1) b.kind = "read";
    if (what == 2) b.rule = "SIGSEGV";
    if (what == 3) b.stack[0].function = "mmu::mmu::set_link";
    EXPECT_NE(signature(a), signature(b)) << what;
    EXPECT_NE(signature_name(a), signature_name(b)) << what;
  }
}

TEST(regression, is_the_file_that_this_suite_is_linked_with) {
  EXPECT_EQ(regression_test(example()), read_file(UMBRA_SOURCE "/tools/triage/test/example_regression.cpp"));
}

TEST(regression, of_a_trial_asks_the_judges_that_objected) {
  record r = example();
  r.trial = true;
  EXPECT_THAT(regression_test(r), Not(HasSubstr("unicorn")));
  r.id = "unicorn";
  EXPECT_THAT(regression_test(r), HasSubstr("laboratory.appoint(umbra::fuzz::make_unicorn_judge());"));
}

TEST(issue, tells_what_broke_how_to_see_it_and_where_things_part) {
  const std::string text = issue_text(example(), "build/triage/x/minimal.ops");
  EXPECT_THAT(text,
              AllOf(HasSubstr("# I9: `write 0x200000 8 = 0x1`"), HasSubstr("./umbra run build/triage/x/minimal.ops"),
                    HasSubstr("model: 0x200000 is guest-physical 0x90000"), HasSubstr("they part at the leaf"),
                    HasSubstr("`mmu::mmu::set_leaf` (core/mmu/entries.cpp:66)"), HasSubstr("3 of 3 executions")));
  EXPECT_THAT(text, AllOf(Not(HasSubstr("flaky")), Not(HasSubstr("ok: I1")), Not(HasSubstr("start, vCPU"))));
  record r = example();
  r.steady = false;
  r.reproduced = 1;
  EXPECT_THAT(issue_text(r, ""), AllOf(HasSubstr("1 of 3 executions"), HasSubstr("**flaky**")));
}

class on_the_shelf : public ::testing::Test {
 protected:
  shelf open() { return {place_ / "shelf", {}}; }
  scratch place_;
};

TEST_F(on_the_shelf, a_new_finding_gets_its_files) {
  shelf s = open();
  const auto k = s.keep(example());
  EXPECT_TRUE(k.fresh);
  for (const char* file : {"finding.json", "minimal.ops", "regression_test.cpp", "issue.md"}) {
    EXPECT_TRUE(std::filesystem::exists(k.where / file)) << file;
  }
  EXPECT_EQ(read_file(k.where / "minimal.ops"), example().minimal);
}

TEST_F(on_the_shelf, one_of_the_same_signature_is_counted_and_the_smaller_input_stays) {
  const auto first = open().keep(example());
  shelf s = open();
  record again = example();
  again.inputs = {"/another/input"};
  again.minimal = "umbra-ops 1\nread 0x0 8\n";
  const auto k = s.keep(again);
  EXPECT_FALSE(k.fresh);
  EXPECT_EQ(k.where, first.where);
  EXPECT_EQ(k.inputs, 2u);
  EXPECT_EQ(read_file(k.where / "minimal.ops"), again.minimal);
  again.minimal += "read 0x1000 8\nread 0x2000 8\n";
  EXPECT_EQ(s.keep(again).inputs, 2u);
  EXPECT_EQ(read_file(k.where / "minimal.ops"), "umbra-ops 1\nread 0x0 8\n");
}

TEST_F(on_the_shelf, what_others_know_is_known_and_left_alone) {
  shelf theirs(place_ / "theirs", {});
  const auto k = theirs.keep(example());
  const std::string before = read_file(k.where / "finding.json");
  shelf s(place_ / "ours", {place_ / "theirs"});
  record again = example();
  again.inputs = {"/another/input"};
  EXPECT_FALSE(s.keep(again).fresh);
  EXPECT_EQ(read_file(k.where / "finding.json"), before);
  EXPECT_FALSE(std::filesystem::exists(place_ / "ours" / k.where.filename()));
}

TEST_F(on_the_shelf, a_file_that_is_no_finding_is_passed_over) {
  write_file(place_ / "shelf/I1-read-00000000/finding.json", "{");
  shelf s = open();
  EXPECT_EQ(s.unreadable().size(), 1u);
  EXPECT_TRUE(s.keep(example()).fresh);
}

TEST_F(on_the_shelf, sarif_tells_all_that_lies_there) {
  shelf s = open();
  s.keep(example());
  record other = example();
  other.id = "sanitizer";
  other.stack.clear();
  s.keep(other);
  s.summarise();
  const auto j = nlohmann::json::parse(read_file(place_ / "shelf/triage.sarif"));
  EXPECT_EQ(j["version"], "2.1.0");
  const auto& run = j["runs"][0];
  ASSERT_EQ(run["results"].size(), 2u);
  EXPECT_EQ(run["tool"]["driver"]["rules"].size(), 2u);
  for (const auto& r : run["results"]) {
    EXPECT_EQ(run["tool"]["driver"]["rules"][r["ruleIndex"].get<unsigned>()]["id"], r["ruleId"]);
    const std::string uri = r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    EXPECT_EQ(r["ruleId"] == "I9" ? uri : "core/mmu/entries.cpp", "core/mmu/entries.cpp");
  }
}

TEST(answer, of_a_probe_that_is_not_in_order_is_refused) {
  EXPECT_THROW(record_of(nlohmann::json::parse(R"({"trial": false})")), error);
}

}  // namespace
}  // namespace umbra::tools
