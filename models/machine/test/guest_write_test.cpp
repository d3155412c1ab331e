#include "models/machine/test/hand_built.hpp"

namespace umbra::machine {
namespace {

using guest_write = hand_built;

TEST_F(guest_write, lands_through_a_writable_translation) {
  build_level4();
  enter_level4(base_cr4, 1);
  EXPECT_TRUE(m.guest_write_via(1, where + 0x10, 0x1122334455667788, 8));
  EXPECT_EQ(m.memory().load(frame(0) + 0x10, 8), 0x1122334455667788u);
  EXPECT_TRUE(m.guest_write_via(1, where + 0x11, 0xab, 1, {.user = true}));
  EXPECT_EQ(m.memory().load(frame(0) + 0x10, 8), 0x112233445566ab88u);
}

TEST_F(guest_write, does_not_land_without_one_and_changes_nothing) {
  build_level4();
  pt->set(where >> 12, frame(0) | (leaf_bits & ~bit::write));
  enter_level4(base_cr4, 1);
  access(where, {}, 1);
  EXPECT_FALSE(m.guest_write_via(1, where, 1, 8));
  EXPECT_EQ(m.memory().load(frame(0), 8), 0u);
  EXPECT_EQ(m.cpu(1).translations().size(), 1u);
  EXPECT_EQ(m.count().page_faults, 0u);
  EXPECT_FALSE(m.guest_write_via(0, where, 1, 8));  // not in guest mode
}

TEST_F(guest_write, lands_through_a_stale_one) {
  build_level4();
  enter_level4(base_cr4, 1);
  access(where, write, 1);
  pt->set(where >> 12, frame(0) | (leaf_bits & ~bit::write));
  EXPECT_TRUE(m.guest_write_via(1, where, 1, 8));
  platform::flush_all(host);
  ASSERT_TRUE(m.cpu(1).enter());
  EXPECT_FALSE(m.guest_write_via(1, where, 2, 8));
  EXPECT_EQ(m.memory().load(frame(0), 8), 1u);
}

TEST_F(guest_write, across_a_page_boundary_all_or_nothing) {
  build_level4();
  enter_level4(base_cr4, 1);
  EXPECT_TRUE(m.guest_write_via(1, where + 0xffd, 0x1122334455667788, 8));
  EXPECT_EQ(m.memory().load(frame(0) + 0xffd, 3), 0x667788u);
  EXPECT_EQ(m.memory().load(frame(1), 5), 0x1122334455u);
  EXPECT_FALSE(m.guest_write_via(1, where + 0x7ffd, ~std::uint64_t{0}, 8));  // nothing after page 7
  EXPECT_EQ(m.memory().load(frame(7) + 0xff8, 8), 0u);
  EXPECT_EQ(m.count().page_faults, 0u);
}

TEST_F(guest_write, sets_dirty) {
  build_level4();
  pt->set(where >> 12, frame(0) | link_bits);
  enter_level4(base_cr4, 1);
  EXPECT_TRUE(m.guest_write_via(1, where, 1, 1));
  EXPECT_TRUE(pt->get(where >> 12) & bit::dirty);
}

}  // namespace
}  // namespace umbra::machine
