// Chains, hash, lists and counters, spoilt one at a time: I5, I6, I8, I12.
#include "models/invariants/test/spoilt.hpp"

namespace umbra::invariants {
namespace {

constexpr std::uint64_t low_half = 0xffff'ffff;

class list_test : public level4_bench {
 protected:
  /// The page that holds the leaf of `user`, and the other one that shadows the same guest table.
  mmu::page& page() { return *leaf(at::user).page; }
  mmu::page& twin() { return *leaf(at::narrow).page; }
  memory::frame& data() { return frame(place::data); }
  /// Some free page.
  mmu::page& unused() {
    for (unsigned n = view().pages(); n-- > 0;) {
      if (view().page_at(n).state == mmu::page_state::free) return edit(view().page_at(n));
    }
    ADD_FAILURE() << "every page is in use";
    return page();
  }
};

// --- I5
// ---------------------------------------------------------------------------------------------------------------

TEST_F(list_test, a_reverse_map_that_lost_everything) {
  data().rmap = 0;
  expect(id::i5_reverse_map);
}
TEST_F(list_test, a_reverse_map_that_lost_its_tail) {
  // `user` and `narrow` map the same frame.
  const mmu::entry_ref first = view().entry_at(data().rmap);
  ASSERT_NE(first.owner->links->get(first.index) & low_half, 0u);
  first.owner->links->set(first.index, first.owner->links->get(first.index) & ~low_half);
  expect(id::i5_reverse_map);
}
TEST_F(list_test, a_reverse_map_that_skips_its_first_leaf) {
  data().rmap = view().next(view().entry_at(data().rmap));
  expect(id::i5_reverse_map);
}
TEST_F(list_test, a_reverse_map_that_goes_round) {
  const mmu::entry_ref first = view().entry_at(data().rmap);
  const mmu::entry_ref second = view().entry_at(view().next(first));
  second.owner->links->set(second.index, second.owner->links->get(second.index) | data().rmap);
  expect(id::i5_reverse_map);
}
TEST_F(list_test, a_leaf_that_is_gone_but_still_mapped_back) {
  leaf(at::user).set(0);
  expect(id::i5_reverse_map);
}
TEST_F(list_test, a_frame_that_counts_its_leaves_wrongly) {
  ++data().leaves;
  expect(id::i5_reverse_map);
}
TEST_F(list_test, a_frame_without_leaves_that_claims_one) {
  frame(100).rmap = data().rmap;
  frame(100).leaves = 1;
  expect(id::i5_reverse_map);
}
TEST_F(list_test, a_name_that_names_nothing) {
  data().rmap = std::uint64_t{5000} << 9;
  expect(id::i5_reverse_map);
}

// --- I6
// ---------------------------------------------------------------------------------------------------------------

TEST_F(list_test, a_page_that_forgot_its_parents) {
  page().parents = 0;
  expect(id::i6_parents);
}
TEST_F(list_test, a_page_that_counts_its_parents_wrongly) {
  ++page().parent_count;
  expect(id::i6_parents);
}
TEST_F(list_test, a_page_that_claims_anothers_parent) {
  page().parents = twin().parents;
  expect(id::i6_parents);
}
TEST_F(list_test, a_link_that_is_gone_but_still_a_parent) {
  on_path(0, at::narrow, 2).set(0);
  expect(id::i6_parents);
}
TEST_F(list_test, a_free_page_with_a_parent) {
  unused().parent_count = 1;
  expect(id::i6_parents);
}

// --- I8
// ---------------------------------------------------------------------------------------------------------------

TEST_F(spoilt, two_pages_for_one_gfn_and_role) {
  // Two vCPUs whose root tables differ: then both roots claim to be of one table.
  level4(0);
  ASSERT_TRUE(touch(0, at::user));
  cpu(1).write_cr4(x86::cr4::pae);
  cpu(1).write_efer(x86::efer::lme | x86::efer::nxe);
  cpu(1).write_cr3(std::uint64_t{60} << 12);
  cpu(1).write_cr0(x86::cr0::pe | x86::cr0::pg | x86::cr0::wp);
  ASSERT_FALSE(touch(1, at::user));
  good();
  mmu::page& other = *context(1).roots[0];
  other.frame = {place::pml4};
  other.backing = &frame(place::pml4);
  keep_registers = true;
  registers()[1].cr3 = place::pml4 << 12;
  expect(id::i8_uniqueness);
}
TEST_F(list_test, a_page_that_counts_its_entries_wrongly) {
  ++page().used;
  expect(id::i8_uniqueness);
}
TEST_F(list_test, a_free_page_that_counts_an_entry) {
  unused().used = 1;
  expect(id::i10_roots);
}
TEST_F(list_test, a_page_that_the_hash_has_lost) {
  for (unsigned b = 0; b < view().buckets(); ++b) {
    const mmu::page* first = view().bucket(b);
    if (first == nullptr || first->hash_next == nullptr) continue;
    edit(*first).hash_next = nullptr;
    expect(id::i8_uniqueness);
    return;
  }
  // No bucket holds two: chain a page to one in another bucket, which then is met twice.
  page().hash_next = &twin();
  expect(id::i8_uniqueness);
}
TEST_F(list_test, a_free_page_in_the_hash) {
  for (mmu::page* last = &page();; last = last->hash_next) {
    if (last->hash_next != nullptr) continue;
    last->hash_next = &unused();
    break;
  }
  expect(id::i8_uniqueness);
}
TEST_F(list_test, a_list_by_use_that_is_cut) {
  edit(*view().newest()->older).older = nullptr;
  expect(id::i8_uniqueness);
}
TEST_F(list_test, a_list_by_use_that_is_crooked) {
  edit(*view().oldest()).newer = nullptr;
  expect(id::i8_uniqueness);
}
TEST_F(list_test, a_frame_that_lost_a_shadow) {
  ASSERT_NE(frame(place::pt).shadows->next_shadow, nullptr);
  frame(place::pt).shadows = frame(place::pt).shadows->next_shadow;
  expect(id::i8_uniqueness);
}
TEST_F(list_test, a_data_frame_that_claims_a_shadow) {
  frame(100).shadows = &page();
  expect(id::i8_uniqueness);
}
TEST_F(list_test, a_page_whose_level_is_not_its_roles) {
  page().level = 2;
  expect(id::i8_uniqueness);
}
TEST_F(list_test, a_page_that_forgot_to_be_direct) {
  leaf(at::large).page->direct = false;
  expect(id::i8_uniqueness);
}
TEST_F(list_test, a_page_with_anothers_table) {
  twin().entries = page().entries;
  expect(id::i8_uniqueness);
}

// --- I12
// --------------------------------------------------------------------------------------------------------------

TEST_F(list_test, a_free_page_that_the_pool_does_not_know) {
  edit(*view().first_free()).hash_next = nullptr;
  expect(id::i12_resources);
}
TEST_F(list_test, a_page_that_leaked_as_doomed) {
  unused().state = mmu::page_state::doomed;
  expect(id::i12_resources);
}
TEST_F(list_test, a_zapped_root_that_nobody_frees) {
  unused().state = mmu::page_state::invalid;
  expect(id::i12_resources);
}
TEST_F(list_test, a_page_that_lost_its_place) {
  ++page().ordinal;
  expect(id::i12_resources);
  --page().ordinal;
}
TEST_F(list_test, a_free_page_that_still_maps) {
  unused().entries->set(7, leaf(at::user).get());
  EXPECT_EQ(check(depth::usual).which, id::none);  // too dear to look for each time
  expect(id::i10_roots);
}

// --- I13
// --------------------------------------------------------------------------------------------------------------

TEST(progress, is_bounded_by_pages_and_races) {
  EXPECT_EQ(check_progress(4, 1, 0).which, id::none);
  EXPECT_EQ(check_progress(5, 1, 0).which, id::i13_progress);
  EXPECT_EQ(check_progress(5, 1, 1).which, id::none);
  EXPECT_EQ(check_progress(8, 2, 0).which, id::none);
}

}  // namespace
}  // namespace umbra::invariants
