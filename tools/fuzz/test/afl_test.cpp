// What is read from afl-fuzz, and what it is told. Shell scripts play it, and the target.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "tools/bugs/hunt.hpp"
#include "tools/cli/error.hpp"
#include "tools/cli/test/scratch.hpp"
#include "tools/cli/tree.hpp"
#include "tools/fuzz/job.hpp"

namespace umbra::tools {
namespace {

namespace fs = std::filesystem;

class afl_job : public ::testing::Test {
 protected:
  afl_job() : path_(std::getenv("PATH")) {
    fs::create_directories(place_ / "corpus");
    write_file(place_ / "corpus" / "seed", "s");
    script("target", "exit 0\n");
    ::setenv("PATH", (place_.path().string() + ":" + path_).c_str(), 1);
  }
  ~afl_job() override { ::setenv("PATH", path_.c_str(), 1); }

  void script(const std::string& name, const std::string& text) {
    write_file(place_ / name, "#!/bin/sh\n" + text);
    fs::permissions(place_ / name, fs::perms::owner_all);
  }
  /// A job whose afl-fuzz does what `text` says, in the directory of its node.
  job_request engine(const std::string& text) {
    script("afl-fuzz",
           "mkdir -p afl/afl0/queue afl/afl0/crashes afl/afl0/hangs; echo \"$*\" >arguments\n"
           "env | grep -E '^(AFL_|UMBRA_)' >environment; cd afl/afl0\n" +
               text);
    return {.binary = place_ / "target",
            .work = place_.path(),
            .name = "afl0",
            .corpus = place_ / "corpus",
            .seconds = 5,
            .seed = 9,
            .engine = fuzz_engine::afl,
            .mutator = "/m.so"};
  }
  std::string said(const std::string& name) { return read_file(place_ / name); }
  scratch place_;

 private:
  std::string path_;
};

TEST_F(afl_job, gets_its_limits_its_mutator_and_the_corpus) {
  job j(engine(""));
  EXPECT_FALSE(j.finding());
  const std::string corpus = (place_ / "corpus").string();
  for (const std::string& words : {"-i " + corpus, std::string("-M afl0"), std::string("-V 5 -s 9"), "-F " + corpus})
    EXPECT_NE(said("arguments").find(words), std::string::npos) << words << " is not in " << said("arguments");
  EXPECT_NE(said("environment").find("AFL_CUSTOM_MUTATOR_LIBRARY=/m.so\n"), std::string::npos);
  EXPECT_NE(said("environment").find("UMBRA_STATS="), std::string::npos);
}

TEST_F(afl_job, that_does_not_lead_is_a_secondary_node) {
  job_request r = engine("");
  r.leads = false;
  job j(r);
  EXPECT_FALSE(j.finding());
  EXPECT_NE(said("arguments").find("-S afl0"), std::string::npos);
  EXPECT_EQ(said("arguments").find("-F"), std::string::npos);
}

TEST_F(afl_job, gives_the_corpus_what_it_found_itself) {
  job j(
      engine("echo a >queue/id:000000,time:0,execs:0,orig:seed; echo b >queue/id:000001,sync:afl1,src:000003\n"
             "echo c >queue/id:000002,src:000000,time:7,op:m,+cov; echo c >queue/id:000003,src:000000,time:8,op:m\n"));
  EXPECT_FALSE(j.finding());
  std::vector<std::string> kept;
  for (const auto& e : fs::directory_iterator(place_ / "corpus")) kept.push_back(read_file(e.path()));
  std::sort(kept.begin(), kept.end());
  EXPECT_EQ(kept, (std::vector<std::string>{"c\n", "s"}));
}

TEST_F(afl_job, shows_the_last_line_of_its_plot_and_its_queue) {
  job j(
      engine("echo a >queue/id:000000,orig:seed; echo b >queue/id:000001,src:000000; printf '# relative_time, "
             "cycles_done, ...\\n"
             "5, 0, 1, 10, 1, 1, 0.1%%, 0, 0, 2, 10.0, 100, 700\\n10, 0, 1, 12, 1, 1, 0.1%%, 0, 0, 2, 10.0, 200, "
             "800\\n' >plot_data\n"));
  EXPECT_FALSE(j.finding());
  EXPECT_EQ(j.engine().coverage, 800u);
  EXPECT_EQ(j.engine().corpus, 2u);
}

TEST_F(afl_job, has_its_crash_explained_by_the_target) {
  script("target", "echo \"$1: runtime error: shift too far\"; exit 1\n");
  job j(engine("echo x >crashes/id:000001,sig:06; echo w >crashes/id:000000,sig:06; echo >crashes/README.txt\n"));
  const auto f = j.finding();
  ASSERT_TRUE(f);
  EXPECT_EQ(f->id, "sanitizer");
  EXPECT_EQ(f->text, "runtime error: shift too far");
  EXPECT_EQ(read_file(f->input), "w\n");
  EXPECT_TRUE(f->input.filename().string().starts_with("afl0-crash-")) << f->input;
}

TEST_F(afl_job, says_so_if_a_crash_does_not_come_again) {
  job j(engine("echo w >crashes/id:000000,sig:06\n"));
  const auto f = j.finding();
  ASSERT_TRUE(f);
  EXPECT_EQ(f->id, "crash");
  EXPECT_NE(f->text.find("not when the input is run alone"), std::string::npos);
}

TEST_F(afl_job, reports_what_takes_too_long) {
  job j(engine("echo w >hangs/id:000000,src:000000\n"));
  const auto f = j.finding();
  ASSERT_TRUE(f);
  EXPECT_EQ(f->id, "timeout");
  EXPECT_EQ(read_file(f->input), "w\n");
}

TEST_F(afl_job, reports_a_seed_that_breaks_something) {
  script("target", "echo 'umbra: assertion failed: x'; exit 134\n");
  job j(
      engine("echo b >queue/id:000004,time:0,execs:0,orig:bad\n"
             "echo \"[-] PROGRAM ABORT : Test case 'id:000004,time:0,execs:0,orig:bad' results in a crash, skipping\"; "
             "exit 1\n"));
  const auto f = j.finding();
  ASSERT_TRUE(f);
  EXPECT_EQ(f->id, "assertion");
  EXPECT_EQ(read_file(f->input), "b\n");
}

TEST_F(afl_job, that_gives_up_is_an_error) {
  job j(engine("echo 'PROGRAM ABORT : no'; exit 1\n"));
  EXPECT_THROW(j.finding(), error);
}

TEST_F(afl_job, without_the_program_is_an_error) {
  job_request r = engine("");
  fs::remove(place_ / "afl-fuzz");
  ::setenv("PATH", place_.path().c_str(), 1);
  job j(r);
  EXPECT_THROW(j.finding(), error);
}

class afl_hunt : public afl_job {
 protected:
  hunted of(const std::string& text, unsigned seconds) {
    script("afl-fuzz", "echo \"$*\" >arguments; mkdir -p afl/hunt/queue afl/hunt/crashes afl/hunt/hangs\n" + text);
    return hunt({.binary = place_ / "target", .engine = fuzz_engine::afl, .mutator = "/m.so"}, place_ / "corpus",
                place_ / "work", 3, seconds);
  }
};

TEST_F(afl_hunt, reads_the_seeds_and_ends_with_a_crash) {
  script("target", "echo 'umbra: assertion failed: x'; exit 134\n");
  const hunted h = of("echo w >afl/hunt/crashes/id:000000,sig:06\n", 5);
  ASSERT_TRUE(h.finding);
  EXPECT_EQ(h.finding->id, "assertion");
  EXPECT_EQ(h.seed, 3u);
  EXPECT_NE(said("work/arguments").find("-i " + (place_ / "corpus").string()), std::string::npos);
  EXPECT_NE(said("work/arguments").find("-s 3"), std::string::npos);
}

TEST_F(afl_hunt, ends_when_the_target_has_computed_enough) {
  const hunted h = of("trap 'kill $child; exit 0' TERM; (while :; do :; done) & child=$!; wait\n", 1);
  EXPECT_FALSE(h.finding);
  EXPECT_GE(h.seconds, 1);
}

}  // namespace
}  // namespace umbra::tools
