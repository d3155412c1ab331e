// Which slots and aliases a VMM may ask for.
#include <gtest/gtest.h>

#include "core/memory/space.hpp"
#include "models/machine/machine.hpp"

namespace umbra::memory {
namespace {

constexpr std::uint64_t frames = std::uint64_t{1} << 40;  // of 52 bits of physical address (SDM 4.1.4)

slot_request slot_of(std::uint64_t base, std::uint64_t pages) {
  slot_request r;
  r.base = {base};
  r.pages = pages;
  return r;
}

class slot_requests : public testing::Test {
 protected:
  machine::machine host_;
  space space_{host_.host()};

  void put(unsigned id, std::uint64_t base, std::uint64_t pages) {
    slot s;
    ASSERT_EQ(space_.prepare(slot_of(base, pages), s), status::ok);
    space_.exchange(id, {base}, s);
    space_.dispose(s);
  }
};

TEST_F(slot_requests, ids_lengths_and_ends_have_limits) {
  EXPECT_EQ(space_.check(4, slot_of(0, 1)), status::bad_request);
  EXPECT_EQ(space_.check(0, slot_of(0, space::page_limit)), status::ok);
  EXPECT_EQ(space_.check(0, slot_of(0, space::page_limit + 1)), status::bad_request);
  EXPECT_EQ(space_.check(0, slot_of(frames - 8, 8)), status::ok);
  EXPECT_EQ(space_.check(0, slot_of(frames - 8, 9)), status::bad_request);
  EXPECT_EQ(space_.check(0, slot_of(frames, 1)), status::bad_request);
  EXPECT_EQ(space_.check(0, slot_of(~std::uint64_t{0}, 1)), status::bad_request);
  EXPECT_EQ(space_.check(0, slot_of(5, 0)), status::bad_request) << "nothing to delete";
}

TEST_F(slot_requests, slots_do_not_overlap) {
  put(1, 0x100, 0x10);
  EXPECT_EQ(space_.check(0, slot_of(0xf0, 0x10)), status::ok);
  EXPECT_EQ(space_.check(0, slot_of(0xf0, 0x11)), status::overlap);
  EXPECT_EQ(space_.check(0, slot_of(0x10f, 1)), status::overlap);
  EXPECT_EQ(space_.check(0, slot_of(0x110, 1)), status::ok);
  EXPECT_EQ(space_.check(0, slot_of(0x0, 0x1000)), status::overlap);
  EXPECT_EQ(space_.check(1, slot_of(0x108, 0x10)), status::ok) << "a slot may move over itself";
}

TEST_F(slot_requests, aliases_have_limits_at_both_ends) {
  EXPECT_EQ(space_.check_alias(4, {{0}, 1, {1}}), status::bad_request);
  EXPECT_EQ(space_.check_alias(0, {{0}, 0, {1}}), status::bad_request) << "nothing to delete";
  EXPECT_EQ(space_.check_alias(0, {{frames - 4}, 4, {0}}), status::ok);
  EXPECT_EQ(space_.check_alias(0, {{frames - 4}, 5, {0}}), status::bad_request);
  EXPECT_EQ(space_.check_alias(0, {{0}, 4, {frames - 4}}), status::ok);
  EXPECT_EQ(space_.check_alias(0, {{0}, 5, {frames - 4}}), status::bad_request);
  space_.set_alias(0, {{0x20}, 4, {0x80}});
  EXPECT_EQ(space_.check_alias(1, {{0x23}, 1, {0}}), status::overlap);
  EXPECT_EQ(space_.check_alias(1, {{0x24}, 1, {0}}), status::ok);
}

TEST_F(slot_requests, an_alias_is_resolved_once) {
  put(0, 0, 0x100);
  space_.set_alias(0, {{0x200}, 4, {0x300}});
  space_.set_alias(1, {{0x300}, 4, {0x10}});
  EXPECT_EQ(space_.find({0x301}).backing->number.value, machine::first_guest_frame + 0x11);
  EXPECT_EQ(space_.find({0x201}).canonical.value, 0x301u);
  EXPECT_EQ(space_.find({0x201}).backing, nullptr);
}

TEST(full_layout, has_32_slots_and_32_aliases_and_none_is_taken_for_another) {
  layout all(32, 32);
  EXPECT_EQ(layout::slot_limit, 32u);
  EXPECT_EQ(layout::alias_limit, 32u);
  constexpr std::uint64_t shown = 0x10'0000, apart = 0x10;
  for (unsigned n = 0; n < 32; ++n) {
    const range r{{apart * n}, 8};
    const alias a{{shown + apart * n}, 8, {apart * n + 4}};
    ASSERT_EQ(all.check(n, r), status::ok);
    all.set_slot(n, r);
    ASSERT_EQ(all.check_alias(n, a), status::ok);
    all.set_alias(n, a);
  }
  EXPECT_EQ(all.check(32, {{0x1000}, 1}), status::bad_request);
  EXPECT_EQ(all.check_alias(32, {{0x1000}, 1, {0}}), status::bad_request);
  for (unsigned n = 0; n < 32; ++n) {
    EXPECT_EQ(all.canonical({shown + apart * n + 3}).value, apart * n + 7);
    const position p = all.locate({apart * n + 7});
    EXPECT_TRUE(p.found);
    EXPECT_EQ(p.slot, n);
    EXPECT_EQ(p.page, 7u);
    EXPECT_FALSE(all.locate({apart * n + 8}).found);
    EXPECT_FALSE(all.locate({shown + apart * n}).found) << "an alias is no slot";
  }
  EXPECT_EQ(all.check(31, {{shown}, 1}), status::ok) << "a slot may lie behind an alias";
  EXPECT_EQ(all.check(31, {{0}, 1}), status::overlap);
  EXPECT_EQ(all.check_alias(31, {{shown}, 1, {0}}), status::overlap);
}

TEST_F(slot_requests, a_log_is_clean_in_all_its_words_after_it_is_read) {
  slot_request r = slot_of(0, 200);
  r.log_dirty = true;
  slot s;
  ASSERT_EQ(space_.prepare(r, s), status::ok);
  space_.exchange(0, r.base, s);
  for (const unsigned page : {3u, 64u, 130u, 199u}) space_.mark_dirty(*space_.find({page}).backing);
  std::uint64_t log[4];
  ASSERT_EQ(log_words(200), 4u);
  space_.take_log(0, log);
  EXPECT_EQ(log[0], std::uint64_t{1} << 3);
  EXPECT_EQ(log[1], 1u);
  EXPECT_EQ(log[2], 4u);
  EXPECT_EQ(log[3], std::uint64_t{1} << 7);
  EXPECT_TRUE(space_.needs_dirty(*space_.find({199}).backing));
  space_.take_log(0, log);
  for (const std::uint64_t unit : log) EXPECT_EQ(unit, 0u);
}

}  // namespace
}  // namespace umbra::memory
