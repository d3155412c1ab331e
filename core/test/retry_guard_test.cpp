// Instructions that go on for ever, and those that only look like it.
#include "core/vcpu/retry_guard.hpp"

#include <gtest/gtest.h>

namespace umbra::vcpu {
namespace {

TEST(retry_guard, an_instruction_that_gets_nowhere_is_stopped) {
  retry_guard guard;
  general_registers g;
  g.rip = 0x100;
  for (unsigned n = 0; n < retry_guard::limit; ++n) EXPECT_TRUE(guard.may_retry(g));
  for (unsigned n = 0; n < 100; ++n) EXPECT_FALSE(guard.may_retry(g));
}

TEST(retry_guard, so_is_the_first_one_of_a_guest) {
  retry_guard guard;
  unsigned tries = 0;
  while (guard.may_retry({}) && tries < 100) ++tries;
  EXPECT_EQ(tries, retry_guard::limit);
}

TEST(retry_guard, another_instruction_starts_anew) {
  retry_guard guard;
  general_registers g;
  for (unsigned n = 0; n < 1000; ++n) {
    g.rip = n;
    ASSERT_TRUE(guard.may_retry(g));
  }
}

TEST(retry_guard, a_loop_or_a_repeated_instruction_shows_in_some_register) {
  retry_guard guard;
  general_registers g;
  for (unsigned n = 0; n < 1000; ++n) {
    g.set(n % general::count, n);
    ASSERT_TRUE(guard.may_retry(g)) << n;
    ASSERT_TRUE(guard.may_retry(g)) << n;
  }
}

TEST(retry_guard, each_register_shows_it_alone) {
  for (unsigned which = 0; which < general::count; ++which) {
    retry_guard guard;
    general_registers g;
    for (unsigned n = 0; n < 1000; ++n) {
      g.set(which, n);
      ASSERT_TRUE(guard.may_retry(g)) << which;
    }
  }
}

TEST(retry_guard, flags_and_cr2_are_no_progress) {
  retry_guard guard;
  general_registers g;
  unsigned tries = 0;
  for (; tries < 100; ++tries) {
    g.rflags = tries;
    g.cr2 = tries;
    if (!guard.may_retry(g)) break;
  }
  EXPECT_EQ(tries, retry_guard::limit);
}

}  // namespace
}  // namespace umbra::vcpu
