// Which outcomes stale TLBs and paging-structure caches may give, and which not: small stories.
#include <gtest/gtest.h>

#include "models/reference/test/timeline.hpp"

namespace umbra::reference::test {
namespace {

constexpr observed at(word address) { return {.address = address}; }
constexpr observed fault(word code) { return {.faults = true, .error_code = code}; }

// PAE: the directory at 0x2000 of gigabyte 0; PDE 0 leads to the table at 0x6000; gva 0x1000 is PTE 1.
struct stale : testing::Test {
  stale() {
    guest.put(0x2000, 0x6000 | all | accessed);
    guest.put(0x6008, old_page | all | used);
    guest.flush();
  }
  static constexpr word gva = 0x1000, pte = 0x6008, pde = 0x2000, old_page = 0xa000, new_page = 0xb000;
  timeline guest{8, pae_registers()};
};

TEST_F(stale, without_changes_only_the_walk_of_now_is_legal) {
  EXPECT_TRUE(guest.explains(gva, user_read, at(old_page)));
  EXPECT_FALSE(guest.explains(gva, user_read, at(new_page)));
  EXPECT_FALSE(guest.explains(gva, user_read, at(old_page + 8)));
  EXPECT_FALSE(guest.explains(gva, user_read, fault(4)));
  EXPECT_FALSE(guest.explains(gva, user_read, {.rootless = true}));
}

TEST_F(stale, sdm_4_10_2_3_a_cached_translation_outlives_the_entry) {
  guest.put(pte, new_page | all);
  EXPECT_TRUE(guest.explains(gva, user_read, at(old_page)));
  EXPECT_TRUE(guest.explains(gva, user_read, at(new_page)));
  EXPECT_FALSE(guest.explains(gva, user_read, fault(4)));
  guest.put(pte, 0);
  EXPECT_TRUE(guest.explains(gva, user_read, at(old_page)));
  EXPECT_TRUE(guest.explains(gva, user_read, fault(4)));
  EXPECT_FALSE(guest.explains(gva, user_read, at(new_page)));  // was never accessed, so never cached
}

TEST_F(stale, sdm_4_10_2_3_an_absent_or_reserved_entry_is_never_cached) {
  guest.put(pte, 0);
  guest.put(pte, bits(51, 51) | all | used);
  EXPECT_TRUE(guest.explains(gva, user_read, fault(0xd)));
  EXPECT_FALSE(guest.explains(gva, user_read, fault(4)));
  guest.put(pte, new_page | all | used);
  EXPECT_FALSE(guest.explains(gva, user_read, fault(4)));
  EXPECT_FALSE(guest.explains(gva, user_read, fault(0xd)));
}

TEST_F(stale, sdm_4_10_2_3_cached_rights_may_deny_and_may_grant) {
  guest.put(pte, old_page | present | accessed);
  EXPECT_TRUE(guest.explains(gva, user_write, at(old_page)));
  EXPECT_TRUE(guest.explains(gva, user_write, fault(7)));
  guest.flush();
  guest.put(pte, old_page | all | used);
  EXPECT_TRUE(guest.explains(gva, user_write, fault(7)));
  EXPECT_TRUE(guest.explains(gva, user_write, at(old_page)));
}

TEST_F(stale, sdm_4_8_a_write_through_a_cached_clean_translation_goes_to_memory) {
  guest.put(pte, old_page | all | accessed);
  guest.flush();
  guest.put(pte, new_page | all | used);
  EXPECT_TRUE(guest.explains(gva, user_read, at(old_page)));
  EXPECT_FALSE(guest.explains(gva, user_write, at(old_page)));
}

TEST_F(stale, sdm_4_10_4_1_invlpg_ends_the_history_of_its_page_alone) {
  guest.put(pte, new_page | all | used);
  guest.invlpg(0x2000);
  EXPECT_TRUE(guest.explains(gva, user_read, at(old_page)));
  guest.invlpg(gva + 0xfff);
  EXPECT_FALSE(guest.explains(gva, user_read, at(old_page)));
  EXPECT_TRUE(guest.explains(gva, user_read, at(new_page)));
}

TEST_F(stale, sdm_4_10_4_1_invlpg_drops_all_fragments_of_a_large_page) {
  guest.put(pde, 0x40'0000 | large | all | used);
  guest.flush();
  guest.put(pde, 0x80'0000 | large | all | used);
  EXPECT_TRUE(guest.explains(gva, user_read, at(0x40'1000)));
  guest.invlpg(0x5000);
  EXPECT_FALSE(guest.explains(gva, user_read, at(0x40'1000)));
}

TEST_F(stale, sdm_4_10_4_1_invlpg_of_what_is_small_now_leaves_fragments_of_what_was_large) {
  guest.put(pde, 0x40'0000 | large | all | used);
  guest.flush();
  guest.put(pde, 0x6000 | all | accessed);
  guest.invlpg(0x5000);
  EXPECT_TRUE(guest.explains(gva, user_read, at(0x40'1000)));
}

TEST_F(stale, sdm_4_10_4_1_a_page_fault_ends_the_history_of_its_page) {
  guest.put(pte, 0);
  guest.page_fault(0x2000);
  EXPECT_TRUE(guest.explains(gva, user_read, at(old_page)));
  guest.page_fault(gva);
  EXPECT_FALSE(guest.explains(gva, user_read, at(old_page)));
}

TEST_F(stale, sdm_4_10_3_2_a_cached_directory_entry_leads_to_the_old_table_as_it_is_now) {
  guest.put(pde, 0x7000 | all | accessed);
  guest.put(0x7008, new_page | all | used);
  guest.put(pte, 0);
  EXPECT_TRUE(guest.explains(gva, user_read, at(new_page)));
  EXPECT_TRUE(guest.explains(gva, user_read, at(old_page)));
  EXPECT_TRUE(guest.explains(gva, user_read, fault(4)));  // old PDE, PTE of now
  guest.invlpg(0x5000);                                   // empties the paging-structure caches, keeps the TLB entry
  EXPECT_TRUE(guest.explains(gva, user_read, at(old_page)));
  EXPECT_FALSE(guest.explains(gva, user_read, fault(4)));
}

TEST_F(stale, sdm_4_10_4_1_a_path_is_cached_within_one_era) {
  guest.put(pde, 0x7000 | all | accessed);
  EXPECT_TRUE(guest.explains(gva, user_read, at(old_page)));
  guest.invlpg(0x5000);  // no paging-structure cache holds the old PDE any more
  guest.put(pte, new_page | all | used);
  EXPECT_TRUE(guest.explains(gva, user_read, at(old_page)));
  EXPECT_FALSE(guest.explains(gva, user_read, at(new_page)));
}

TEST_F(stale, sdm_4_10_4_1_a_page_fault_drops_all_fragments_of_a_large_page) {
  guest.put(pde, 0x40'0000 | large | all | used);
  guest.flush();
  guest.put(pde, 0x80'0000 | large | all | used);
  guest.page_fault(0x5000);
  EXPECT_FALSE(guest.explains(gva, user_read, at(0x40'1000)));
}

TEST_F(stale, sdm_4_10_3_1_a_directory_entry_that_was_not_accessed_is_not_cached) {
  guest.put(pde, 0x8000 | all);
  guest.flush();
  guest.put(0x8008, new_page | all | used);
  guest.put(pde, 0x6000 | all | accessed);
  EXPECT_FALSE(guest.explains(gva, user_read, at(new_page)));
}

TEST_F(stale, sdm_4_10_3_an_entry_is_never_older_than_the_one_that_led_to_it) {
  guest.put(0x7008, 0xc000 | all | used);  // in a table that nothing leads to yet
  guest.put(0x7008, new_page | all | used);
  guest.put(pde, 0x7000 | all | accessed);
  EXPECT_TRUE(guest.explains(gva, user_read, at(new_page)));
  EXPECT_FALSE(guest.explains(gva, user_read, at(0xc000)));
}

TEST_F(stale, sdm_4_10_2_4_mov_cr3_keeps_global_pages_alone) {
  guest.modifiers().cr4 |= x86::cr4::pge;
  const auto directories = guest.state().pdpte;
  guest.set_roots(0x1020, {0x4000 | present, 0, 0, 0});
  EXPECT_FALSE(guest.explains(gva, user_read, at(old_page)));
  EXPECT_TRUE(guest.explains(gva, user_read, fault(4)));
  guest.set_roots(0x1020, directories);
  guest.put(pte, old_page | global | all | used);
  guest.set_roots(0x1020, {0x4000 | present, 0, 0, 0});
  EXPECT_TRUE(guest.explains(gva, user_read, at(old_page)));
  guest.set_roots(0x1020, {0, 0, 0, 0});
  EXPECT_TRUE(guest.explains(gva, user_read, at(old_page)));
  guest.modifiers().cr4 &= ~x86::cr4::pge;
  EXPECT_FALSE(guest.explains(gva, user_read, at(old_page)));
}

TEST_F(stale, sdm_4_6_1_control_bits_of_now_judge_cached_rights) {
  guest.put(pte, 0);
  EXPECT_TRUE(guest.explains(gva, read, at(old_page)));
  guest.modifiers().cr4 |= x86::cr4::smap;
  EXPECT_FALSE(guest.explains(gva, read, at(old_page)));
  EXPECT_TRUE(guest.explains(gva, read, fault(1)));
  EXPECT_TRUE(guest.explains(gva, read_ac, at(old_page)));
}

TEST_F(stale, a_write_that_lands_during_the_access_may_be_seen_or_not) {
  guest.put(pte, 0);
  guest.flush();
  const moment began = guest.now();
  guest.put(pte, new_page | all);
  EXPECT_TRUE(guest.explains(gva, user_read, fault(4), began));
  EXPECT_TRUE(guest.explains(gva, user_read, at(new_page), began));
  EXPECT_FALSE(guest.explains(gva, user_read, fault(4)));
  EXPECT_FALSE(guest.explains(gva, user_read, at(old_page), began));
}

TEST_F(stale, a_hole_now_leaves_what_was_cached) {
  guest.shrink(0x6000);
  EXPECT_TRUE(guest.explains(gva, user_read, fault(4)));
  EXPECT_FALSE(guest.explains(gva, user_read, {.rootless = true}));
}

TEST(stale_4level, a_root_in_a_hole_is_a_shutdown_beside_what_was_cached) {
  timeline guest{8, level4_registers()};
  guest.put(0x1000, 0x2000 | all | accessed);
  guest.put(0x2000, large | all | used);
  EXPECT_TRUE(guest.explains(0x5000, user_read, at(0x5000)));
  guest.shrink(0x1000);
  EXPECT_TRUE(guest.explains(0x5000, user_read, {.rootless = true}));
  EXPECT_TRUE(guest.explains(0x5000, user_read, fault(4)));  // a cached PML4E leads to a table that is gone too
  EXPECT_FALSE(guest.explains(0x5000, user_read, fault(5)));
  guest.flush();
  EXPECT_TRUE(guest.explains(0x5000, user_read, {.rootless = true}));
  EXPECT_FALSE(guest.explains(0x5000, user_read, at(0x5000)));
  EXPECT_FALSE(guest.explains(0x5000, user_read, fault(4)));
}

TEST(stale_32bit, sdm_4_10_a_4_mib_page_becomes_a_table) {
  timeline guest{4, bits32_registers()};
  guest.put(0x1000, 0x40'0000 | large | all | used);
  guest.flush();
  guest.put(0x2004, 0x7000 | all);
  guest.put(0x1000, 0x2000 | all);
  EXPECT_TRUE(guest.explains(0x1234, user_read, at(0x40'1234)));
  EXPECT_TRUE(guest.explains(0x1234, user_read, at(0x7234)));
  guest.flush();
  EXPECT_FALSE(guest.explains(0x1234, user_read, at(0x40'1234)));
}

TEST(stale_unpaged, sdm_4_1_1_one_outcome) {
  timeline guest{4, registers{}};
  EXPECT_TRUE(guest.explains(0x1'0000'1234, user_write, at(0x1234)));
  EXPECT_FALSE(guest.explains(0x1234, user_write, fault(6)));
}

}  // namespace
}  // namespace umbra::reference::test
