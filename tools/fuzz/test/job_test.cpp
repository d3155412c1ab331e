// What is read from a fuzz target that ends well, finds something, or crashes without a word. Shell scripts play the target.
#include "tools/fuzz/job.hpp"

#include <gtest/gtest.h>

#include "tools/cli/test/scratch.hpp"
#include "tools/cli/tree.hpp"
#include "tools/fuzz/progress.hpp"

namespace umbra::tools {
namespace {

class fuzz_job : public ::testing::Test {
 protected:
  job_request target(const std::string& script) {
    write_file(place_ / "target", "#!/bin/sh\n" + script);
    std::filesystem::permissions(place_ / "target", std::filesystem::perms::owner_all);
    return {.binary = place_ / "target", .work = place_.path(), .name = "job"};
  }
  scratch place_;
};

TEST_F(fuzz_job, that_ends_well_has_no_finding) {
  job j(target("echo '#2 NEW cov: 11 ft: 12 corp: 3/4Kb'; echo '#9 DONE cov: 21 ft: 22 corp: 5/4Kb'"));
  EXPECT_FALSE(j.finding());
  EXPECT_EQ(j.engine().coverage, 21u);
  EXPECT_EQ(j.engine().features, 22u);
  EXPECT_EQ(j.engine().corpus, 5u);
}

TEST_F(fuzz_job, names_the_input_of_a_sanitizer_report) {
  job j(target("echo 'a.cpp:3:1: runtime error: shift too far'; echo 'Test unit written to /x/crash-1'; exit 77"));
  const auto f = j.finding();
  ASSERT_TRUE(f);
  EXPECT_EQ(f->id, "sanitizer");
  EXPECT_EQ(f->text, "runtime error: shift too far");
  EXPECT_EQ(f->input, "/x/crash-1");
}

TEST_F(fuzz_job, that_dies_silently_is_a_crash) {
  job j(target("kill -9 $$"));
  const auto f = j.finding();
  ASSERT_TRUE(f);
  EXPECT_EQ(f->id, "crash");
  EXPECT_TRUE(f->input.empty());
}

TEST_F(fuzz_job, gets_its_limits_and_its_corpus) {
  job_request r = target("for a; do echo \"$a\"; done; env | grep ^UMBRA_");
  r.corpus = "/c";
  r.seeds = {"/s"};
  r.seconds = 5;
  r.seed = 9;
  job j(r);
  EXPECT_FALSE(j.finding());
  const std::string log = read_file(j.log());
  for (const char* word : {"-max_total_time=5\n", "-seed=9\n", "/c\n/s\n", "UMBRA_NOVELTY=1\n"})
    EXPECT_NE(log.find(word), std::string::npos) << word;
}

TEST(short_number, keeps_three_digits) {
  EXPECT_EQ(short_number(0), "0");
  EXPECT_EQ(short_number(999), "999");
  EXPECT_EQ(short_number(1234), "1.23k");
  EXPECT_EQ(short_number(45678), "45.7k");
  EXPECT_EQ(short_number(2.5e9), "2.50G");
}

}  // namespace
}  // namespace umbra::tools
