// The core's slots, aliases and frames, against the VMM's account of them: I1 and I4.
#include "models/invariants/test/spoilt.hpp"

namespace umbra::invariants {
namespace {

class memory_test : public level4_bench {
 protected:
  memory::slot& slot(unsigned n) { return const_cast<memory::slot&>(view().memory().slot_at(n)); }
};

TEST_F(memory_test, a_slot_that_the_vmm_deleted) {
  map().slots[1].pages = 0;
  expect(id::i1_containment);
}
TEST_F(memory_test, a_slot_that_is_not_where_the_vmm_put_it) {
  ++map().slots[1].base;
  expect(id::i1_containment);
}
TEST_F(memory_test, a_read_only_slot_that_may_be_written) {
  slot(1).read_only = false;
  expect(id::i1_containment);
  slot(1).read_only = true;
}
TEST_F(memory_test, an_alias_that_the_core_forgot) {
  map().aliases[0] = {300, 4, place::data};
  expect(id::i1_containment);
}
/// An account frame by frame, as a host has it whose frames are no run.
class scattered : public memory_test {
 protected:
  scattered() {
    for (std::uint64_t n = 0; n < frames_.size(); ++n) frames_[n] = machine::first_guest_frame + n;
    map().slots[0].backing = 0;
    map().slots[0].frames = frames_.data();
  }
  std::array<std::uint64_t, 192> frames_;
};

TEST_F(scattered, an_account_of_the_same_frames_is_as_good_as_a_run) { EXPECT_EQ(check().which, id::none); }
TEST_F(scattered, frames_that_changed_places) {
  std::swap(frames_[place::data], frames_[place::data + 1]);
  expect(id::i1_containment);
}
TEST_F(scattered, a_log_that_lacks_a_written_page) {
  log(0, true);
  EXPECT_TRUE(write(0, at::user));
  good();
  const std::uint64_t bit = std::uint64_t{1} << place::data;
  slot(0).dirty[0] &= ~bit;
  expect(id::i4_dirty_log);
}

TEST_F(memory_test, a_place_with_its_neighbours_frame) {
  memory::place& p = slot(1).places[2];
  const memory::place was = p;
  p.backing = slot(1).places[3].backing;
  EXPECT_EQ(check(depth::usual).which, id::none);
  expect(id::i1_containment);
  p = was;
}
TEST_F(memory_test, a_frame_that_forgot_a_slot) {
  memory::frame& f = *slot(1).places[2].backing;
  memory::place* const was = f.places;
  f.places = nullptr;
  expect(id::i1_containment);
  f.places = was;
}
TEST_F(memory_test, a_table_whose_slot_went) {
  mmu::page& page = *leaf(at::user).page;
  page.frame = {500};
  expect(id::i1_containment);
}
TEST_F(memory_test, a_table_that_is_read_elsewhere) {
  leaf(at::user).page->backing = &frame(place::pt_read_only);
  expect(id::i1_containment);
}
TEST_F(spoilt, a_table_that_is_known_by_its_alias) {
  ASSERT_EQ(shadow().set_alias(0, {{300}, 64, {0}}), memory::status::ok);
  map().aliases[0] = {300, 64, 0};
  level4(0);
  ASSERT_TRUE(touch(0, at::user));
  good();
  leaf(at::user).page->frame = {300 + place::pt};  // where no slot is: aliases are resolved but once
  expect(id::i1_containment);
}
TEST_F(spoilt, a_table_reached_through_an_alias) {
  ASSERT_EQ(shadow().set_alias(0, {{300}, 64, {0}}), memory::status::ok);
  map().aliases[0] = {300, 64, 0};
  poke(place::pd << 12, (300 + place::pt) << 12 | p | w | u);
  level4(0);
  ASSERT_TRUE(touch(0, at::user));
  good();
  map().aliases[0].target = 1;
  const violation v = check();
  EXPECT_EQ(v.which, id::i1_containment) << v;
}
TEST_F(spoilt, a_frame_that_an_alias_hides_and_a_slot_has) {
  // An alias lies over the tables' own frame numbers; what it shows is the same frames by other numbers.
  put_slot(2, {.base = {400}, .pages = 32, .userspace_page = 0});
  ASSERT_EQ(shadow().set_alias(0, {{0}, 16, {400}}), memory::status::ok);
  map().aliases[0] = {0, 16, 400};
  level4(0);
  ASSERT_TRUE(touch(0, at::user));
  EXPECT_EQ(leaf(at::user).page->frame.value, 400 + place::pt);
  good();
}
TEST_F(memory_test, a_log_that_does_not_run) {
  map().slots[1].logged = true;
  expect(id::i4_dirty_log);
}

}  // namespace
}  // namespace umbra::invariants
