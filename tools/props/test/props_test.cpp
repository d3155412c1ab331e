// What is read from a property program that passes, fails or dies, and how its runs follow each other. Shell scripts
// play the program.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tools/cli/error.hpp"
#include "tools/cli/test/scratch.hpp"
#include "tools/cli/tree.hpp"
#include "tools/props/failure.hpp"
#include "tools/props/report.hpp"

namespace umbra::tools {
namespace {

constexpr const char* said = R"(/usr/include/rapidcheck/gtest.h:29
Failed
Falsifiable after 9 tests and 37 shrinks

std::tuple<umbra::fuzz::program, umbra::fuzz::program>:
(
umbra-ops 1
start pae
read 0x1000 8
, 
umbra-ops 1
start real
)

fuzz/properties/test/world_test.cpp:27:
RC_FAIL(std::string(f.id))

I3 at op 0: a leaf is writable.
)";

TEST(property_failure, holds_what_broke_and_the_programs_that_broke_it) {
  const property_failure f = read_failure(said);
  EXPECT_EQ(f.why, "I3 at op 0: a leaf is writable.");
  ASSERT_EQ(f.programs.size(), 2u);
  EXPECT_EQ(f.programs[0], "umbra-ops 1\nstart pae\nread 0x1000 8\n");
  EXPECT_EQ(f.programs[1], "umbra-ops 1\nstart real\n");
}

TEST(property_failure, names_a_check_that_failed) {
  const property_failure f = read_failure(
      "Falsifiable after 1 tests\n\nstd::tuple<>:\n()\n\na/b_test.cpp:6:\nRC_ASSERT(p.a < 4)\n\nExpands to:\n4 < 4\n");
  EXPECT_EQ(f.why, "RC_ASSERT(p.a < 4) at a/b_test.cpp:6");
  EXPECT_TRUE(f.programs.empty());
}

TEST(property_failure, knows_a_property_that_nothing_reached) {
  const property_failure f =
      read_failure("Gave up after 0 tests\n\na/b_test.cpp:8:\nRC_PRE(false)\n\nExpands to:\nfalse\n");
  EXPECT_EQ(f.why, "Gave up after 0 tests: its precondition hardly ever holds");
}

class props : public ::testing::Test {
 protected:
  /// A program with the properties a.one and a.two, of which a run does what `script` says. There, $property and
  /// $report are set.
  rounds_request program(const std::string& script) {
    const std::string path = (place_ / "program").string();
    write_file(path,
               "#!/bin/sh\nproperty=${1#*=}\nreport=${2#*json:}\n"
               "if [ \"$1\" = --gtest_list_tests ]; then printf 'a.\\n  one\\n  two\\n'; exit 0; fi\n" +
                   script);
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return {.program = path, .work = place_.path(), .properties = properties_of(path, place_.path()), .seed = 40};
  }
  std::string report(const nlohmann::json& test) {
    return nlohmann::json{{"tests", 1}, {"testsuites", {{{"testsuite", {test}}}}}}.dump();
  }
  std::string passes() { return "printf '%s' '" + report({{"name", "one"}}) + "' >$report\n"; }
  scratch place_;
};

TEST_F(props, are_listed_with_their_suites) {
  EXPECT_EQ(program("").properties, (std::vector<std::string>{"a.one", "a.two"}));
}

TEST_F(props, run_once_each_with_the_parameters_asked_for) {
  rounds_request r = program("echo $property $RC_PARAMS >>all\n" + passes());
  r.count = 7;
  r.size = 9;
  const rounds_result result = run_rounds(r);
  EXPECT_EQ(read_file(place_ / "all"),
            "a.one seed=40 max_success=7 max_size=9\na.two seed=40 max_success=7 max_size=9\n");
  for (const property_result& p : result.properties) {
    EXPECT_EQ(p.runs, 1u);
    EXPECT_FALSE(p.broken);
  }
}

TEST_F(props, run_with_new_seeds_until_time_is_up) {
  rounds_request r = program("echo $property $RC_PARAMS >>all\n" + passes());
  r.seconds = 1;
  const rounds_result result = run_rounds(r);
  EXPECT_GT(result.properties[1].runs, 1u);
  EXPECT_NE(read_file(place_ / "all").find("a.two seed=41 "), std::string::npos);
}

TEST_F(props, that_fail_run_no_more_and_leave_their_counterexample) {
  write_file(place_ / "failing", report({{"name", "two"}, {"failures", {{{"failure", said}}}}}));
  rounds_request r = program("if [ $property = a.one ]; then " + passes() + "else cp failing $report; exit 1; fi\n");
  r.seconds = 1;
  const rounds_result result = run_rounds(r);
  EXPECT_FALSE(result.properties[0].broken);
  EXPECT_EQ(result.properties[1].runs, 1u);
  ASSERT_TRUE(result.properties[1].broken);
  EXPECT_EQ(result.properties[1].broken->programs.size(), 2u);
  EXPECT_TRUE(result.properties[1].broken->shrunk);
  const std::string text = summary(r, result, [](const auto& p) { return p; });
  EXPECT_NE(text.find("findings/props/a.two-40.ops\n"), std::string::npos) << text;
  EXPECT_NE(text.find("./umbra props a.two --seed 40 --count 1000 --size 100\n"), std::string::npos) << text;
}

TEST_F(props, that_kill_the_process_leave_the_program_that_did) {
  rounds_request r = program(
      "printf 'umbra-ops 1\\nstart pae\\n' >$UMBRA_RUNNING\n"
      "echo '==1==ERROR: AddressSanitizer: stack-overflow'; kill -9 $$\n");
  r.properties.pop_back();
  const rounds_result result = run_rounds(r);
  ASSERT_TRUE(result.properties[0].broken);
  const counterexample& c = *result.properties[0].broken;
  EXPECT_EQ(c.why, "Sanitizer: stack-overflow");
  EXPECT_FALSE(c.shrunk);
  ASSERT_EQ(c.programs.size(), 1u);
  EXPECT_NE(c.programs[0].find("start pae\n"), std::string::npos);
}

TEST_F(props, that_do_not_exist_are_an_error) {
  rounds_request r = program("printf '%s' '{\"tests\": 0}' >$report\n");
  EXPECT_THROW(run_rounds(r), error);
}

}  // namespace
}  // namespace umbra::tools
