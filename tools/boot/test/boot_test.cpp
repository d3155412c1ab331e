// What a boot said, and what is made of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "tools/boot/journal.hpp"
#include "tools/boot/script.hpp"
#include "tools/boot/table.hpp"
#include "tools/boot/verdict.hpp"
#include "tools/cli/process.hpp"
#include "tools/cli/test/scratch.hpp"
#include "tools/cli/tree.hpp"

namespace umbra::tools {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A boot of one guest, and the words of it that tests change.
class boot : public ::testing::Test {
 protected:
  boot() {
    write_file(place_ / "guest.txt", "one\ntwo\n");
    plan_ = {{.name = "checked", .module = "umbra.ko", .steps = {{"guest", "run", place_ / "guest.txt"}}}};
  }
  std::string serial() const {
    return "[    0.2] firmware\r\n@boot up\r\n"
           "@boot begin checked/load\r\n@boot end checked/load 0\r\n"
           "@boot begin checked/guest\r\n" +
           output_ + "@boot end checked/guest " + status_ +
           "\r\n@boot begin checked/unload\r\n@boot end checked/unload 0\r\n"
           "@boot begin pins\r\nnr_foll_pin_acquired 5\r\nnr_foll_pin_released " +
           released_ +
           "\r\n@boot end pins 0\r\n"
           "@boot begin log\r\n[    0.1] BUG: before our time\r\n[    7.5] umbra-boot: checked/load\r\n"
           "[    7.6] umbra: loading out-of-tree module taints kernel.\r\n[    7.7] umbra-boot: checked/guest\r\n" +
           log_ + "@boot end log 0\r\n" + end_;
  }
  std::vector<std::string> faults() const { return faults_of(journal(serial()), plan_); }

  scratch place_;
  std::vector<boot_load> plan_;
  std::string output_ = "one\r\ntwo\r\n# ticks 7\r\n# vcpu0 exits 3\r\n", status_ = "0", released_ = "5", log_,
              end_ = "@boot over\r\n";
};

TEST_F(boot, that_says_what_it_should_is_good) {
  EXPECT_THAT(faults(), IsEmpty());
  const auto all = measurements_of(journal(serial()), plan_);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].first, "checked/guest");
  EXPECT_EQ(all[0].second.at("ticks"), 7u);
  EXPECT_THAT(boot_table(all), HasSubstr("checked/guest"));
  EXPECT_THAT(boot_json(all, {}, "6.1").dump(), HasSubstr("\"vcpu0 exits\":3"));
}

TEST_F(boot, a_guest_that_says_something_else) {
  output_ = "one\r\nthree\r\n";
  EXPECT_THAT(faults(), ElementsAre("checked/guest: it says 'three' instead of 'two'."));
  output_ = "one\r\n";
  EXPECT_THAT(faults(), ElementsAre("checked/guest: 'two' is missing."));
  output_ = "one\r\ntwo\r\nthree\r\n";
  EXPECT_THAT(faults(), ElementsAre("checked/guest: it goes on with 'three'."));
}

TEST_F(boot, a_step_that_fails_or_hangs) {
  status_ = "1";
  EXPECT_THAT(faults(), ElementsAre("checked/guest ended with status 1; it said '# vcpu0 exits 3'."));
  const std::string cut = serial().substr(0, serial().find("@boot end checked/guest"));
  const auto all = faults_of(journal(cut), plan_);
  EXPECT_THAT(all[0], HasSubstr("checked/guest did not end"));
  EXPECT_THAT(all[1], HasSubstr("checked/unload was not reached"));
  EXPECT_THAT(all.back(), HasSubstr("did not come to its end"));
  EXPECT_THAT(faults_of(journal("nothing"), plan_), ElementsAre("The kernel did not come up."));
}

TEST_F(boot, tables_are_given_up_just_when_no_write_to_them_is_emulated) {
  const std::string said = output_;
  output_ = said + "# vm unprotected 3\r\n";
  EXPECT_THAT(faults(), ElementsAre("checked: 3 times a table was given up instead of emulating the write."));
  plan_[0].emulate = false;
  EXPECT_THAT(faults(), IsEmpty());
  output_ = said + "# vm unprotected 0\r\n";
  EXPECT_THAT(faults(), ElementsAre("checked: no table was given up, so writes by hardware went untested."));
  plan_[0].emulate = true;
  EXPECT_THAT(faults(), IsEmpty());
}

TEST_F(boot, pins_that_are_kept) {
  released_ = "4";
  EXPECT_THAT(faults(), ElementsAre("5 pages were pinned and 4 let go."));
}

TEST_F(boot, a_kernel_that_complains) {
  for (const char* line :
       {"WARNING: CPU: 0 PID: 1 at x.c:1", "BUG: unable to handle page fault",
        "rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:", "watchdog: BUG: soft lockup - CPU#0",
        "umbra: a VM of process 9 is stopped", "umbra: core/mmu/pages.cpp:7: assertion does not hold: x",
        "unchecked MSR access error: RDMSR"}) {
    log_ = "[    8.0] " + std::string(line) + "\r\n";
    EXPECT_THAT(faults(), ElementsAre("The kernel's log, checked/guest: " + std::string(line))) << line;
  }
  for (const char* line :
       {"smpboot: CPU 1 is now offline", "x86: Booting SMP configuration:",
        "umbra: module verification failed: signature and/or required key missing - tainting kernel"}) {
    log_ = "[    8.0] " + std::string(line) + "\r\n";
    EXPECT_THAT(faults(), IsEmpty()) << line;
  }
}

TEST_F(boot, a_mutant_is_caught_by_the_invariant_that_the_log_names) {
  log_ =
      "[ 8.0] umbra: I7a child: a link's target is live; page 5, index 0x1\r\n[ 8.1] umbra: a VM of process 9 is "
      "stopped\r\n";
  const catch_report c = caught(journal(serial()), plan_);
  EXPECT_EQ(c.invariant, "I7a");
  EXPECT_THAT(c.words, HasSubstr("a link's target is live"));
}

TEST_F(boot, or_by_an_assertion_of_the_core) {
  log_ = "[ 8.0] umbra: core/mmu/pages.cpp:7: assertion does not hold: x\r\n";
  EXPECT_EQ(caught(journal(serial()), plan_).invariant, "assertion");
}

TEST_F(boot, a_mutant_that_only_the_guest_notices_is_not_caught_by_an_invariant) {
  output_ = "one\r\nFAILED: two\r\n";
  const catch_report c = caught(journal(serial()), plan_);
  EXPECT_EQ(c.invariant, "");
  EXPECT_THAT(c.words, HasSubstr("FAILED: two"));
  output_ = "one\r\ntwo\r\n";
  EXPECT_EQ(caught(journal(serial()), plan_).words, "");
  EXPECT_EQ(caught(journal(serial()), plan_).load, "");
}

TEST_F(boot, a_mutant_is_caught_if_one_of_its_loads_catches_it) {
  const boot_load late{.name = "late", .module = "umbra.ko", .steps = {}};
  output_ = "FAILED: two\r\n";
  log_ = "[ 8.0] umbra-boot: late/load\r\n[ 8.1] umbra: I3 write protection: x; page 7\r\n";
  const catch_report c = caught(journal(serial()), {plan_[0], late});
  EXPECT_EQ(c.load, "late");
  EXPECT_EQ(c.invariant, "I3");
  log_.clear();
  EXPECT_EQ(caught(journal(serial()), {plan_[0], late}).load, "checked");
  EXPECT_EQ(caught(journal(serial()), {plan_[0], late}).invariant, "");
}

TEST(boot_script, commands_with_quotes_stay_what_they_are) {
  const std::string script = init_script(
      {{.name = "x", .module = "umbra.ko", .check = false, .emulate = false, .steps = {{"s", "echo 'a b'"}}},
       {.name = "y", .module = "umbra.ko", .steps = {}}});
  EXPECT_THAT(script, HasSubstr("step x/load 'insmod /umbra.ko check=0 emulate=0'\n"));
  EXPECT_THAT(script, HasSubstr("step y/load 'insmod /umbra.ko check=1 emulate=1'\n"));
  EXPECT_THAT(script, HasSubstr("step x/s 'echo '\\''a b'\\'''\n"));
  EXPECT_THAT(init_script({{.name = "z", .module = "m", .steps = {{"s", "/guest"}}}}),
              HasSubstr("step z/s 'timeout 30 /guest'\n"));
  EXPECT_THAT(script, HasSubstr("step x/unload 'rmmod umbra'\n"));
}

/// What the script's steps say, on this machine: those of `plan`, but no module is loaded.
std::string said_by(const std::vector<boot_load>& plan) {
  const scratch place;
  std::string script = init_script(plan);
  script = script.substr(script.find("failed="));
  script = script.substr(0, script.find("echo 1 >/proc"));
  const auto replace = [&](const std::string& what, const std::string& by) {
    for (std::size_t at = 0; (at = script.find(what, at)) != std::string::npos; at += by.size()) {
      script.replace(at, what.size(), by);
    }
  };
  replace("/dev/kmsg", "/dev/null");
  replace("/output", (place / "output").string());
  replace("insmod", "true");
  write_file(place / "script", script);
  const std::filesystem::path out = place / "said";
  EXPECT_EQ(process({.words = {"sh", (place / "script").string()}, .output = out}).wait(), 0);
  std::string steps;
  std::istringstream lines(read_file(out));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("@boot end ")) steps += line.substr(10) + "; ";
  }
  return steps;
}

TEST(boot_script, behind_a_complaint_the_rest_of_its_loads_is_left_out) {
  const boot_step good{"good", "echo well"}, bad{"bad", "false"}, wrong{"wrong", "echo FAILED: x"};
  const auto load = [](const std::string& name, std::vector<boot_step> steps, const std::string& group) {
    return boot_load{.name = name, .module = "m", .steps = std::move(steps), .until_complaint = group};
  };
  EXPECT_EQ(said_by({load("a", {bad, good}, "")}), "a/load 0; a/bad 1; a/good 0; ");
  EXPECT_EQ(said_by({load("a", {good, bad, good}, "g"), load("b", {good}, "g"), load("c", {good}, "h")}),
            "a/load 0; a/good 0; a/bad 1; c/load 0; c/good 0; ");
  EXPECT_EQ(said_by({load("a", {wrong, good}, "g"), load("b", {good}, "")}),
            "a/load 0; a/wrong 0; b/load 0; b/good 0; ");
}

TEST(boot_plan, every_step_has_a_name_of_its_own_and_what_it_expects_is_there) {
  setenv("UMBRA_ROOT", UMBRA_SOURCE, 1);
  for (const unsigned processors : {1u, 2u}) {
    std::vector<std::string> names;
    std::vector<boot_load> loads = full_plan(processors);
    for (const boot_load& load : storm_plan({1, 2})) loads.push_back({"storms", load.module, true, true, load.steps});
    for (const boot_load& load : mutant_loads("B01", processors)) loads.push_back(load);
    for (const boot_load& load : loads) {
      for (const boot_step& s : load.steps) {
        names.push_back(load.name + "/" + s.name);
        EXPECT_TRUE(std::filesystem::exists(s.expected)) << s.expected;
      }
    }
    std::sort(names.begin(), names.end());
    EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
  }
}

}  // namespace
}  // namespace umbra::tools
