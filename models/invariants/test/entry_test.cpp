// Single shadow entries, spoilt one way at a time: I1, I2, I3, I4, I9.
#include "models/invariants/test/spoilt.hpp"

namespace umbra::invariants {
namespace {

constexpr std::uint64_t frame_bits = x86::entry::address_mask;

std::uint64_t host(std::uint64_t n) { return (machine::first_guest_frame + n) << 12; }

using entry_test = level4_bench;

// --- I1
// ---------------------------------------------------------------------------------------------------------------

TEST_F(entry_test, a_leaf_with_a_memory_type) {
  change(at::user, x86::entry::pcd);
  expect(id::i1_containment);
}
TEST_F(entry_test, a_leaf_with_the_pat_bit) {
  change(at::large, x86::entry::large);
  expect(id::i1_containment);
}
TEST_F(entry_test, a_global_leaf) {
  change(at::user, x86::entry::global);
  expect(id::i1_containment);
}
TEST_F(entry_test, a_leaf_with_a_bit_that_hardware_reserves) {
  change(at::user, std::uint64_t{1} << 55);
  expect(id::i1_containment);
}
TEST_F(entry_test, a_leaf_of_memory_that_no_slot_has) {
  change(at::user, host(250), frame_bits);
  expect(id::i1_containment);
}
TEST_F(entry_test, a_leaf_of_a_shadow_table) {
  change(at::user, leaf(at::user).page->where.value << 12, frame_bits);
  expect(id::i1_containment);
}
TEST_F(entry_test, a_leaf_under_a_large_page_that_maps_its_neighbour) {
  change(at::large, host(0x21), frame_bits);
  expect(id::i1_containment);
}
TEST_F(entry_test, a_writable_leaf_of_read_only_memory) {
  change(at::rom, p | w);
  expect(id::i1_containment);
}
TEST_F(entry_test, an_entry_that_is_not_present_and_names_a_frame) {
  change(at::user, 0, p);
  expect(id::i1_containment);
}
TEST_F(entry_test, a_leaf_of_a_slot_that_the_vmm_has_moved) {
  map().slots[0].backing += 1;
  const violation v = check();
  EXPECT_EQ(v.which, id::i1_containment) << v;
}

// --- I2
// ---------------------------------------------------------------------------------------------------------------

TEST_F(entry_test, a_leaf_of_another_frame_of_the_vm) {
  change(at::user, host(place::data + 20), frame_bits);
  expect(id::i2_soundness);
}
TEST_F(entry_test, a_writable_leaf_where_the_guest_says_read_only) {
  change(at::read_only, w);
  expect(id::i2_soundness);
}
TEST_F(entry_test, a_user_leaf_where_the_guest_says_supervisor) {
  change(at::supervisor, u);
  expect(id::i2_soundness);
}
TEST_F(entry_test, an_executable_leaf_where_the_guest_says_not) {
  change(at::no_execute, 0, xd);
  expect(id::i2_soundness);
}
TEST_F(entry_test, a_right_that_an_upper_level_denies) {
  change_guest(place::pt, 0x100, d);
  change(at::narrow, w);
  expect(id::i2_soundness);
}
TEST_F(entry_test, a_right_that_a_direct_pages_role_denies) {
  change(at::large_read_only, w);
  expect(id::i2_soundness);
}
TEST_F(entry_test, a_leaf_whose_guest_entry_went) {
  change_guest(place::pt, 0x100, 0, p);
  expect(id::i2_soundness);
}
TEST_F(entry_test, a_leaf_whose_guest_entry_has_a_reserved_bit) {
  change_guest(place::pt, 0x100, std::uint64_t{1} << 50);
  expect(id::i2_soundness);
}
TEST_F(entry_test, a_leaf_that_is_excused) {
  change_guest(place::pt, 0x100, 0, p | a);
  suspended = {[](const void* self, unsigned page, unsigned index) {
                 const entry e = static_cast<const entry_test*>(self)->leaf(at::user);
                 return e.page->ordinal == page && e.index == index;
               },
               this};
  // The very entry behind it is shadowed twice: read-only for `narrow`, and not excused there.
  expect(id::i2_soundness);
  suspended.suspended = [](const void*, unsigned, unsigned index) { return index == 0x100; };
  expect(id::none);
  // What is excused still inherits nothing that the path above denies.
  change(at::narrow, w);
  expect(id::i2_soundness);
  change(at::narrow, 0, w);
  // And still maps the VM's own memory.
  change(at::user, host(250), frame_bits);
  expect(id::i1_containment);
}

class unprotected_supervisor : public spoilt {
 protected:
  void build(std::uint64_t cr4) {
    level4(0, 0, cr4);
    ASSERT_TRUE(write(0, at::read_only));
    good();
  }
};
TEST_F(unprotected_supervisor, a_users_leaf) {
  build(0);
  const entry e = leaf(at::read_only);
  e.set(e.get() | u);
  expect(id::i2_soundness);
}
TEST_F(unprotected_supervisor, an_executable_leaf_under_smep) {
  build(x86::cr4::smep);
  const entry e = leaf(at::read_only);
  e.set(e.get() & ~xd);
  expect(id::i2_soundness);
}
TEST_F(spoilt, a_supervisors_leaf_of_a_users_page_under_smap) {
  level4(0, 0, x86::cr4::smap);
  ASSERT_TRUE(touch(0, at::user, {.user = true}));
  good();
  const entry e = leaf(at::user);
  e.set(e.get() & ~u);
  expect(id::i2_soundness);
}

// --- I3
// ---------------------------------------------------------------------------------------------------------------

TEST_F(entry_test, a_writable_leaf_of_a_guest_table) {
  change(at::table, w);
  expect(id::i3_write_protection);
}
TEST_F(entry_test, a_writable_leaf_of_a_root_table) {
  change(at::root, w);
  expect(id::i3_write_protection);
}

// --- I4
// ---------------------------------------------------------------------------------------------------------------

TEST_F(spoilt, a_writable_leaf_of_a_clean_page) {
  log(0, true);
  level4(0);
  ASSERT_TRUE(write(0, at::user));
  good();
  std::uint64_t* log = const_cast<std::uint64_t*>(view().memory().slot_at(0).dirty);
  log[0] &= ~(std::uint64_t{1} << place::data);
  expect(id::i4_dirty_log);
  log[0] |= std::uint64_t{1} << place::data;
  expect(id::none);
}
TEST_F(entry_test, a_log_that_starts_without_write_protection) {
  map().slots[0].logged = true;
  expect(id::i4_dirty_log);
}
TEST_F(spoilt, a_write_that_no_log_has) {
  log(0, true);
  level4(0);
  ASSERT_TRUE(write(0, at::user));
  std::uint64_t must[3] = {std::uint64_t{1} << place::data, 0, 0};
  written[0] = must;
  good();
  must[2] = 1;
  expect(id::i4_dirty_log);
  EXPECT_EQ(step({}).which, id::i4_dirty_log);
  must[2] = 0;
  expect(id::none);
}

// --- I9
// ---------------------------------------------------------------------------------------------------------------

TEST_F(entry_test, a_leaf_without_the_guests_a_bit) {
  change_guest(place::pt, 0x100, 0, a);
  expect(id::i9_accessed_dirty);
}
TEST_F(entry_test, a_writable_leaf_without_the_guests_d_bit) {
  change(at::clean, w);
  expect(id::i9_accessed_dirty);
}
TEST_F(entry_test, a_link_without_the_guests_a_bit) {
  change_guest(place::pml4, 0, 0, a);
  expect(id::i9_accessed_dirty);
}
TEST_F(entry_test, a_large_page_that_lost_its_d_bit) {
  change_guest(place::pd, 2, 0, d);
  expect(id::i9_accessed_dirty);
}
TEST_F(spoilt, a_writable_leaf_under_a_clean_large_page_without_write_protection) {
  level4(0, 0);
  ASSERT_TRUE(touch(0, at::huge));
  good();
  const entry e = leaf(at::huge);
  e.set((e.get() | w) & ~u);
  expect(id::i9_accessed_dirty);
}
TEST_F(entry_test, a_table_in_memory_that_is_only_called_read_only) {
  leaf(at::user).page->rom = true;
  expect(id::i9_accessed_dirty);
}

}  // namespace
}  // namespace umbra::invariants
