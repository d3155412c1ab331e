// Child processes end as they say, write where they should, and do not outlive who started them.
#include "tools/cli/process.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

#include "tools/cli/test/scratch.hpp"
#include "tools/cli/tree.hpp"

namespace umbra::tools {
namespace {

TEST(process, has_an_exit_status) {
  EXPECT_EQ(run({.words = {"true"}}), 0);
  EXPECT_EQ(run({.words = {"sh", "-c", "exit 7"}}), 7);
}

TEST(process, a_program_that_does_not_exist_fails) { EXPECT_EQ(run({.words = {"umbra-no-such-program"}}), 127); }

TEST(process, a_program_that_is_still_open_for_writing_is_waited_for) {
  const scratch s;
  std::filesystem::copy_file("/bin/true", s / "program");
  process writer({.words = {"sh", "-c", "exec 3>>program; echo >open; sleep 0.5"}, .directory = s.path()});
  while (!std::filesystem::exists(s / "open")) ::usleep(1000);
  EXPECT_EQ(run({.words = {(s / "program").string()}}), 0);
}

TEST(process, writes_to_a_file_in_its_directory_with_its_environment) {
  const scratch s;
  EXPECT_EQ(run({.words = {"sh", "-c", "pwd; echo $MOON >&2"},
                 .directory = s.path(),
                 .environment = {{"MOON", "full"}},
                 .output = s / "log"}),
            0);
  EXPECT_EQ(read_file(s / "log"), s.path().string() + "\nfull\n");
}

TEST(process, is_ended_with_all_that_it_started) {
  const scratch s;
  {
    process p({.words = {"sh", "-c", "sleep 60 & echo $! >child; wait"}, .directory = s.path()});
    while (!std::filesystem::exists(s / "child") || read_file(s / "child").empty()) {
    }
  }
  const pid_t child = std::stoi(read_file(s / "child"));
  for (int i = 0; i < 1000 && ::kill(child, 0) == 0; ++i) ::usleep(1000);
  EXPECT_FALSE(std::filesystem::exists("/proc/" + std::to_string(child) + "/exe") && ::kill(child, 0) == 0 &&
               read_file("/proc/" + std::to_string(child) + "/stat").find(") Z") == std::string::npos);
}

TEST(tail, gives_the_last_lines) {
  EXPECT_EQ(tail("a\nb\nc\n", 2), "b\nc\n");
  EXPECT_EQ(tail("a\nb\nc", 2), "b\nc");
  EXPECT_EQ(tail("a\n", 5), "a\n");
  EXPECT_EQ(tail("", 5), "");
}

TEST(limits, are_of_what_a_process_computes) {
  const limited_run busy = run_for({.words = {"sh", "-c", "while :; do :; done"}}, 0.2);
  EXPECT_FALSE(busy.how.has_value());
  EXPECT_GE(busy.cpu_seconds, 0.2);
  const limited_run idle = run_for({.words = {"sh", "-c", "sleep 0.5; exit 4"}}, 0.2);
  EXPECT_EQ(idle.how, 4);
  EXPECT_LT(idle.cpu_seconds, 0.2);
}

TEST(process, computes_together_with_its_grandchildren) {
  process p({.words = {"sh", "-c", "sh -c '(while :; do :; done) & wait' & wait"}});
  for (int i = 0; i < 6000 && p.family_cpu_seconds() < 0.2; ++i) ::usleep(10000);
  EXPECT_GE(p.family_cpu_seconds(), 0.2);
  EXPECT_LT(p.cpu_seconds(), 0.2);
}

}  // namespace
}  // namespace umbra::tools
