// What a processor may remember: versions of entries from the journal of stores, eras from the invalidations.
#include "fuzz/world/past.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace umbra::fuzz {
namespace {

class past_test : public testing::Test {
 protected:
  past_test() { map.slots[0] = {0, 16, machine::first_guest_frame, false, false}; }

  std::uint64_t at(std::uint64_t gpa) const { return (machine::first_guest_frame << 12) + gpa; }
  guest_view view() const { return {map, memory}; }
  reference::moment now() const { return memory.journal().size(); }

  machine::ram memory;
  reference::memory_map map{};
  past p;
};

TEST_F(past_test, a_value_is_known_at_every_moment) {
  memory.store(at(8), 0x1111, 8);
  memory.store(at(10), 0xaa, 1);    // into the middle of it
  memory.store(at(14), 0xbbbb, 4);  // over its end
  EXPECT_EQ(value_at(memory, at(8), 8, 0), 0u);
  EXPECT_EQ(value_at(memory, at(8), 8, 1), 0x1111u);
  EXPECT_EQ(value_at(memory, at(8), 8, 2), 0xaa1111u);
  EXPECT_EQ(value_at(memory, at(8), 8, 3), 0xbbbb000000aa1111u);
  EXPECT_EQ(value_at(memory, at(8), 4, 3), 0xaa1111u);
}

TEST_F(past_test, versions_follow_one_another) {
  p.start({});
  memory.store(at(8), 5, 8);
  memory.store(at(0x100), 1, 8);
  memory.store(at(8), 6, 8);
  const guest_view v = view();
  const recollection r(p, v, 0, now(), false);
  ASSERT_EQ(r.count(8, 8), 3u);
  EXPECT_EQ(r.value(8, 8, 0).value, 6u);
  EXPECT_EQ(r.value(8, 8, 0).born, 3u);
  EXPECT_EQ(r.value(8, 8, 1).value, 5u);
  EXPECT_EQ(r.value(8, 8, 1).died, 3u);
  EXPECT_EQ(r.value(8, 8, 2).died, 1u);
  EXPECT_EQ(r.count(0x100000, 8), 0u) << "a hole has no versions";
}

TEST_F(past_test, eras_end_where_the_architecture_says) {
  p.start({});
  using scope = invalidation::scope;
  p.invalidated({10, scope::all, 12, 0});
  p.invalidated({20, scope::not_global, 12, 0});
  p.invalidated({30, scope::page, 12, 0x5000});
  p.invalidated({40, scope::fault, 12, 0x5000});
  const guest_view v = view();

  const recollection other(p, v, 0x7000, 50, false);
  ASSERT_EQ(other.era_count(), 3u);
  EXPECT_EQ(other.period(0).first, 30u);
  EXPECT_EQ(other.period(0).fresh, 50u);
  EXPECT_FALSE(other.period(1).global_only);
  EXPECT_TRUE(other.period(2).global_only) << "what survived MOV to CR3";
  EXPECT_EQ(other.period(2).first, 10u);

  const recollection same(p, v, 0x5123, 50, false);
  ASSERT_EQ(same.era_count(), 1u);
  EXPECT_EQ(same.period(0).first, 40u) << "the fault dropped what there was";

  const recollection all(p, v, 0x5123, 50, true);
  ASSERT_EQ(all.era_count(), 1u);
  EXPECT_EQ(all.period(0).first, 0u);
}

TEST_F(past_test, root_registers_have_versions) {
  reference::registers r;
  p.start(r);
  r.cr3 = 0x1000;
  p.registers_changed(3, r);
  p.registers_changed(4, r);  // no change
  ASSERT_EQ(p.roots().size(), 2u);
  EXPECT_EQ(p.roots()[0].died, 3u);
  EXPECT_EQ(p.roots()[1].cr3, 0x1000u);
}

}  // namespace
}  // namespace umbra::fuzz
