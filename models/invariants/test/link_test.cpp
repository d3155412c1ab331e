// Links between shadow pages, spoilt one way at a time: I7a, I7b.
#include "models/invariants/test/spoilt.hpp"

namespace umbra::invariants {
namespace {

constexpr std::uint64_t frame_bits = x86::entry::address_mask;

std::uint64_t host(std::uint64_t n) { return (machine::first_guest_frame + n) << 12; }

using link_test = level4_bench;

// --- I7a
// --------------------------------------------------------------------------------------------------------------

TEST_F(link_test, a_link_to_a_free_page) {
  const entry e = on_path(0, at::user, 2);
  for (unsigned n = 0; n < view().pages(); ++n) {
    const mmu::page& free = view().page_at(n);
    if (free.state != mmu::page_state::free) continue;
    e.set((e.get() & ~frame_bits) | free.where.value << 12);
    break;
  }
  expect(id::i7a_child);
}
TEST_F(link_test, a_link_to_guest_memory) {
  const entry e = on_path(0, at::user, 2);
  e.set((e.get() & ~frame_bits) | host(place::pt));
  expect(id::i7a_child);
}
TEST_F(link_test, a_link_to_its_own_level) {
  const entry e = on_path(0, at::user, 2);
  e.set((e.get() & ~frame_bits) | e.page->where.value << 12);
  expect(id::i7a_child);
}
TEST_F(link_test, a_link_with_the_large_bit) {
  const entry e = on_path(0, at::user, 2);
  e.set(e.get() | ps);
  expect(id::i7a_child);
}
TEST_F(link_test, a_link_that_grants_less) {
  const entry e = on_path(0, at::user, 2);
  e.set(e.get() & ~w);
  expect(id::i7a_child);
}
TEST_F(link_test, a_child_of_another_mode) {
  mmu::page& page = *leaf(at::user).page;
  mmu::mode other = context(0).mode;
  other.wp = false;
  page.role = mmu::role::of(other, 1);
  expect(id::i7a_child);
}
TEST_F(link_test, a_child_that_inherits_more_than_its_parent) {
  mmu::page& page = *on_path(0, at::user, 2).page;
  page.role = page.role.with_access({.write = true, .user = false, .execute = true});
  const violation v = check();
  // The page's own parent sees it first, by what the guest says.
  EXPECT_TRUE(v.which == id::i7a_child || v.which == id::i7b_guest) << v;
}
TEST_F(link_test, a_direct_child_of_another_part) {
  const entry e = on_path(0, at::huge, 2);
  e.page->entries->set(e.index + 1, e.get());
  e.set(0);
  expect(id::i7a_child);
}
TEST_F(spoilt, a_direct_child_of_the_other_half_of_a_4_mib_page) {
  bits32(0);
  ASSERT_TRUE(touch(0, 0x40'0000));
  good();
  mmu::page& page = *leaf(0x40'0000).page;
  page.frame = page.frame + 512;
  expect(id::i7a_child);
}
TEST_F(spoilt, the_other_half_of_a_32_bit_table) {
  bits32(0);
  ASSERT_TRUE(touch(0, 0));
  good();
  mmu::page& page = *leaf(0).page;
  page.role = page.role.with_quadrant(1);
  expect(id::i7a_child);
}

// --- I7b
// --------------------------------------------------------------------------------------------------------------

TEST_F(link_test, a_link_whose_guest_entry_went) {
  change_guest(place::pd, 0, 0, p);
  expect(id::i7b_guest);
}
TEST_F(link_test, a_link_whose_guest_entry_names_another_table) {
  change_guest(place::pd, 0, place::pt_read_only << 12, frame_bits);
  expect(id::i7b_guest);
}
TEST_F(link_test, a_table_that_became_a_large_page) {
  change_guest(place::pd, 0, ps, frame_bits);
  expect(id::i7b_guest);
}
TEST_F(link_test, a_large_page_that_became_a_table) {
  change_guest(place::pd, 2, place::pt << 12, frame_bits | ps);
  expect(id::i7b_guest);
}
TEST_F(link_test, a_large_page_that_moved) {
  change_guest(place::pd, 2, 512 << 12, frame_bits);
  expect(id::i7b_guest);
}
TEST_F(link_test, a_path_that_lost_a_right) {
  change_guest(place::pd, 0, 0, w);
  expect(id::i7b_guest);
}
TEST_F(link_test, two_paths_of_different_rights_that_share_a_page) {
  // The classic (B01): the read-only path is linked to the page of the writable one.
  const entry from = on_path(0, at::narrow, 2), to = on_path(0, at::user, 2);
  from.set(to.get());
  expect(id::i7b_guest);
}
TEST_F(link_test, a_link_that_is_excused) {
  change_guest(place::pd, 0, 0, p);
  suspended.suspended = [](const void*, unsigned, unsigned index) { return index == 0; };
  expect(id::none);
}

}  // namespace
}  // namespace umbra::invariants
