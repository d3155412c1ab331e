// Slots and aliases, as the VMM set them.
#include <gtest/gtest.h>

#include "models/reference/memory_map.hpp"

namespace umbra::reference {
namespace {

struct memory_map_test : testing::Test {
  memory_map_test() {
    map.slots[0] = {.base = 0, .pages = 16, .backing = 100};
    map.slots[3] = {.base = 0x100000, .pages = 4, .backing = 500, .read_only = true};
    map.aliases[1] = {.base = 0xa0, .pages = 2, .target = 0x100002};
    map.aliases[2] = {.base = 0x8, .pages = 1, .target = 0xa0};
  }
  memory_map map;
};

TEST_F(memory_map_test, slot_lookup_has_exact_ends) {
  EXPECT_EQ(map.find(0).host_frame, 100u);
  EXPECT_EQ(map.find(15).host_frame, 115u);
  EXPECT_FALSE(map.find(16).backed);
  EXPECT_FALSE(map.find(0xfffff).backed);
  EXPECT_EQ(map.find(0x100003).host_frame, 503u);
  EXPECT_EQ(map.find(0x100003).slot, 3u);
  EXPECT_TRUE(map.find(0x100003).read_only);
  EXPECT_FALSE(map.find(0x100004).backed);
  EXPECT_FALSE(map.find(~word{0}).backed);
}

TEST_F(memory_map_test, an_alias_comes_before_slots_and_is_resolved_once) {
  EXPECT_EQ(map.find(0xa1).canonical, 0x100003u);
  EXPECT_EQ(map.find(0xa1).host_frame, 503u);
  EXPECT_FALSE(map.find(0xa2).backed);
  EXPECT_EQ(map.find(0x8).canonical, 0xa0u);
  EXPECT_FALSE(map.find(0x8).backed);
}

TEST_F(memory_map_test, frames_need_not_be_a_run) {
  constexpr std::uint64_t frames[] = {7, 3, 90, 4};
  map.slots[3].frames = frames;
  EXPECT_EQ(map.find(0x100000).host_frame, 7u);
  EXPECT_EQ(map.find(0x100002).host_frame, 90u);
  EXPECT_EQ(map.find(0xa1).host_frame, 4u);
  EXPECT_EQ(map.find(15).host_frame, 115u) << "another slot";
}

TEST_F(memory_map_test, counts_bound_the_search) {
  map.slot_count = 3;
  map.alias_count = 2;
  EXPECT_FALSE(map.find(0x100003).backed);
  EXPECT_EQ(map.find(0x8).host_frame, 108u);
}

}  // namespace
}  // namespace umbra::reference
