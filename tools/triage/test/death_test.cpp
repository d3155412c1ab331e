// What a process died of, by its log and its status; and the stack that a sanitizer tells.
#include "tools/triage/probe/death.hpp"

#include <gtest/gtest.h>

#include "tools/triage/probe/stack.hpp"

namespace umbra::tools {
namespace {

sighting died(int wait_status, std::string_view log, bool over_memory = false) {
  sighting s;
  describe_death(s, wait_status, log, over_memory);
  return s;
}
constexpr int exited(int status) { return status << 8; }

constexpr std::string_view overflow = R"(=================================================================
==7==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x602000000011 at pc 0x55 bp 0x7f sp 0x7f
WRITE of size 1 at 0x602000000011 thread T0
    #0 0x55d0c0ffee in umbra::mmu::mmu::zap_page(umbra::mmu::page&) /any/where/core/mmu/zap.cpp:31:7
    #1 0x55d0c0ffef in umbra::(anonymous namespace)::drop(int) /any/where/core/mmu/roots.cpp:9:3
    #2 0x55d0c0fff0 in main /any/where/tools/triage/probe/main.cpp:100:3

0x602000000011 is located 0 bytes after 1-byte region
    #0 0x55d0c0ffee in malloc
)";

TEST(death, of_a_sanitizer_is_what_the_sanitizer_says) {
  const sighting s = died(exited(1), overflow);
  EXPECT_STREQ(s.id, "sanitizer");
  EXPECT_STREQ(s.rule, "AddressSanitizer: heap-buffer-overflow");
  EXPECT_STREQ(s.text, "AddressSanitizer: heap-buffer-overflow");
}

TEST(death, of_undefined_behaviour_is_the_same_for_other_values) {
  const sighting a =
      died(exited(1), "core/mmu/zap.cpp:3:7: runtime error: shift exponent 65 is too large for 64-bit type");
  const sighting b =
      died(exited(1), "core/mmu/zap.cpp:3:7: runtime error: shift exponent 99 is too large for 64-bit type");
  EXPECT_STREQ(a.id, "sanitizer");
  EXPECT_TRUE(alike(a, b));
  EXPECT_STREQ(a.text, "UndefinedBehaviorSanitizer: shift exponent 65 is too large for 64-bit type");
  EXPECT_FALSE(alike(a, died(exited(1), overflow)));
}

TEST(death, of_too_much_memory_is_that_whoever_says_it) {
  EXPECT_STREQ(died(9, "", true).id, "memory");
  EXPECT_STREQ(died(exited(1), "==7==ERROR: AddressSanitizer: out-of-memory: allocator is trying").id, "memory");
}

TEST(death, by_time_by_signal_and_by_itself) {
  EXPECT_STREQ(died(exited(ending_status::hung), "").id, "timeout");
  EXPECT_STREQ(died(11, "").rule, "SIGSEGV");
  EXPECT_STREQ(died(exited(3), "").rule, "status 3");
}

TEST(stack, of_a_report_is_its_first_and_names_the_core) {
  const auto all = stack_in_report(overflow);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].function, "mmu::mmu::zap_page");
  EXPECT_EQ(all[0].file, "core/mmu/zap.cpp");
  EXPECT_EQ(all[0].line, 31u);
  EXPECT_EQ(all[1].function, "drop");
  EXPECT_EQ(all[2].file, "tools/triage/probe/main.cpp");
  EXPECT_EQ(core_frames(all).size(), 2u);
}

}  // namespace
}  // namespace umbra::tools
