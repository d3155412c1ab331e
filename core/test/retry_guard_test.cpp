// Instructions that go on for ever, and those that only look like it.
#include "core/vcpu/retry_guard.hpp"

#include <gtest/gtest.h>

namespace umbra::vcpu {
namespace {

/// How often an instruction at one place may write to `places`, one after the other, again and again; at most 1000
/// times.
template <class... Places>
unsigned tries(Places... places) {
  retry_guard guard;
  const word all[] = {places...};
  for (unsigned n = 0; n < 1000; ++n) {
    guard.left(0x100);
    if (!guard.may_retry({all[n % sizeof...(places)]})) return n;
  }
  return 1000;
}

TEST(retry_guard, an_instruction_that_gets_nowhere_is_stopped) { EXPECT_EQ(tries(word{0x1000}), retry_guard::limit); }

TEST(retry_guard, so_is_one_that_goes_back_and_forth) {
  EXPECT_LE(tries(word{0x1ffc}, word{0x2000}), 4 * retry_guard::limit);
  EXPECT_LE(tries(word{0x1ffc}, word{0x2000}, word{0x3ffc}, word{0x4000}), 4 * retry_guard::limit);
}

TEST(retry_guard, a_repeated_instruction_goes_on_to_new_places) {
  retry_guard guard;
  for (word n = 0; n < 1000; ++n) {
    guard.left(0x100);
    EXPECT_TRUE(guard.may_retry({0x1000 + 8 * n}));
    EXPECT_TRUE(guard.may_retry({0x1000 + 8 * n})) << "another vCPU has used the table";
  }
}

TEST(retry_guard, a_loop_that_writes_to_one_place_makes_progress_by_what_else_it_does) {
  retry_guard guard;
  for (unsigned n = 0; n < 1000; ++n) {
    guard.left(0x100);
    ASSERT_TRUE(guard.may_retry({0x1000}));
    guard.left(0x104);
  }
}

TEST(retry_guard, other_exits_of_the_same_instruction_are_no_progress) {
  retry_guard guard;
  unsigned n = 0;
  for (; n < 1000; ++n) {
    guard.left(0x100);
    guard.left(0x100);
    if (!guard.may_retry({0x1000})) break;
    guard.left(0x100);
  }
  EXPECT_EQ(n, retry_guard::limit);
}

}  // namespace
}  // namespace umbra::vcpu
