#include "models/machine/test/hand_built.hpp"

namespace umbra::machine {
namespace {

/// Counts races, and lets each store its number at the start of frame 0.
struct races : hand_built {
  static void store(void* context) {
    auto* self = static_cast<races*>(context);
    self->m.memory().store(frame(0), ++self->fired, 8);
  }
  static void arm_next(void* context) {
    auto* self = static_cast<races*>(context);
    self->m.arm_race(1, store, self);
  }
  word read() { return platform::read(host, {frame(0)}, 8); }

  std::uint64_t fired = 0;
  platform::guard locked{host};
};

TEST_F(races, fires_just_before_the_nth_read) {
  for (std::uint64_t n = 0; n < 4; ++n) {
    m.memory().store(frame(0), 0, 8);
    fired = 0;
    ASSERT_TRUE(m.arm_race(n, store, this));
    for (std::uint64_t k = 0; k < 6; ++k) EXPECT_EQ(read(), k >= n ? 1u : 0u) << n << ' ' << k;
    EXPECT_EQ(fired, 1u);
    EXPECT_EQ(m.disarm_races(), 0u);
  }
  EXPECT_EQ(m.count().races, 4u);
}

TEST_F(races, writes_do_not_count_and_compare_exchanges_do) {
  ASSERT_TRUE(m.arm_race(1, store, this));
  platform::write(host, {frame(0)}, 7, 8);
  EXPECT_EQ(read(), 7u);
  EXPECT_FALSE(platform::compare_exchange(host, {frame(0)}, 7, 9, 8));  // lost to the race
  EXPECT_EQ(m.memory().load(frame(0), 8), 1u);
}

TEST_F(races, several_fire_each_at_its_own_read_in_the_order_of_arming) {
  ASSERT_TRUE(m.arm_race(2, store, this));
  ASSERT_TRUE(m.arm_race(0, store, this));
  ASSERT_TRUE(m.arm_race(2, store, this));
  EXPECT_EQ(read(), 1u);
  EXPECT_EQ(read(), 1u);
  EXPECT_EQ(read(), 3u);
}

TEST_F(races, what_did_not_fire_can_be_disarmed) {
  ASSERT_TRUE(m.arm_race(1, store, this));
  read();
  EXPECT_EQ(m.disarm_races(), 1u);
  for (int n = 0; n < 4; ++n) read();
  EXPECT_EQ(fired, 0u);
}

TEST_F(races, there_is_a_limit) {
  for (unsigned n = 0; n < race_schedule::limit; ++n) ASSERT_TRUE(m.arm_race(n, store, this));
  EXPECT_FALSE(m.arm_race(0, store, this));
}

TEST_F(races, reads_that_the_machine_refuses_do_not_count) {
  ASSERT_TRUE(m.arm_race(0, store, this));
  platform::read(host, {frame(0) + 1}, 8);
  EXPECT_EQ(fired, 0u);
  EXPECT_EQ(only_incident().kind, incident_kind::bad_access);
}

TEST_F(races, a_race_may_arm_another) {
  ASSERT_TRUE(m.arm_race(0, arm_next, this));
  EXPECT_EQ(read(), 0u);
  EXPECT_EQ(read(), 1u);
  EXPECT_EQ(fired, 1u);
}

}  // namespace
}  // namespace umbra::machine
