#include "models/machine/test/hand_built.hpp"

namespace umbra::machine {
namespace {

using hardware_walk = hand_built;

constexpr std::uint64_t with_smep = base_cr4 | x86::cr4::smep, with_smap = base_cr4 | x86::cr4::smap;

TEST_F(hardware_walk, translates_in_4_level_format) {
  build_level4();
  enter_level4();
  for (unsigned n = 0; n < 8; ++n) expect_at(access(where + n * 0x1000 + 0x123), frame(n) + 0x123);
}

TEST_F(hardware_walk, translates_in_pae_format) {
  build_pae();
  enter_pae();
  for (unsigned n = 0; n < 8; ++n) expect_at(access(where_pae + n * 0x1000 + 0xfff), frame(n) + 0xfff);
  expect_at(access(0xabcd'0000'0000 | where_pae), frame(0));  // linear addresses are 32 bits wide
}

TEST_F(hardware_walk, non_canonical_addresses_do_not_translate) {
  build_level4();
  enter_level4();
  EXPECT_EQ(access(where & 0x0000'ffff'ffff'ffff).what, answer::non_canonical);
  EXPECT_EQ(access(0x0000'8000'0000'0000).what, answer::non_canonical);
  expect_fault(access(0x0000'7fff'ffff'f000), 0);
  expect_fault(access(0xffff'8000'0000'0000), 0);
}

TEST_F(hardware_walk, an_entry_that_is_not_present_faults_at_each_level) {
  build_level4();
  enter_level4();
  struct step { table* t; unsigned shift; } const steps[] = {{pml4, 39}, {pdpt, 30}, {pd, 21}, {pt, 12}};
  for (const auto& [t, shift] : steps) {
    const std::uint64_t entry = t->get(where >> shift);
    t->set(where >> shift, entry & ~bit::present);
    platform::flush_all(host);
    ASSERT_TRUE(m.cpu(0).enter());
    expect_fault(access(where), 0);
    expect_fault(access(where, user_write), code::user | code::write);
    expect_fault(access(where, user_fetch), code::user | code::fetch);
    t->set(where >> shift, entry);
    expect_at(access(where), frame(0));
  }
}

TEST_F(hardware_walk, a_missing_directory_pointer_faults) {
  build_pae();
  enter_pae();
  expect_fault(access(0x9000'0000, user_write), code::user | code::write);
}

TEST_F(hardware_walk, rights_are_those_of_all_levels) {
  build_level4();
  enter_level4();
  struct step { table* t; unsigned shift; } const steps[] = {{pml4, 39}, {pdpt, 30}, {pd, 21}, {pt, 12}};
  for (const auto& [t, shift] : steps) {
    const std::uint64_t entry = t->get(where >> shift);
    const auto with = [&](std::uint64_t changed) {
      t->set(where >> shift, changed);
      platform::flush_all(host);
      ASSERT_TRUE(m.cpu(0).enter());
    };
    with(entry & ~bit::write);
    expect_at(access(where, user_read), frame(0));
    expect_fault(access(where, user_write), code::present | code::user | code::write);
    expect_fault(access(where, write), code::present | code::write);  // CR0.WP is 1
    with(entry & ~bit::user);
    expect_at(access(where, write), frame(0));
    expect_at(access(where, fetch), frame(0));
    expect_fault(access(where, user_read), code::present | code::user);
    with(entry | bit::no_execute);
    expect_at(access(where, user_write), frame(0));
    expect_fault(access(where, user_fetch), code::present | code::user | code::fetch);
    expect_fault(access(where, fetch), code::present | code::fetch);
    with(entry);
  }
}

TEST_F(hardware_walk, smep_forbids_fetches_from_user_pages_only) {
  build_level4();
  pt->set((where >> 12 & 511) + 1, frame(1) | (leaf_bits & ~bit::user));
  enter_level4(with_smep);
  expect_fault(access(where, fetch), code::present | code::fetch);
  expect_at(access(where, user_fetch), frame(0));
  expect_at(access(where, write), frame(0));
  expect_at(access(where + 0x1000, fetch), frame(1));
}

TEST_F(hardware_walk, smap_forbids_data_accesses_to_user_pages_unless_ac) {
  build_level4();
  pt->set((where >> 12 & 511) + 1, frame(1) | (leaf_bits & ~bit::user));
  enter_level4(with_smap);
  expect_fault(access(where, read), code::present);
  expect_fault(access(where, write), code::present | code::write);
  expect_at(access(where, {.ac = true}), frame(0));
  expect_at(access(where, {.write = true, .ac = true}), frame(0));
  expect_at(access(where, fetch), frame(0));
  expect_at(access(where, user_read), frame(0));
  expect_at(access(where + 0x1000, read), frame(1));
}

TEST_F(hardware_walk, reserved_bits_fault_and_come_before_rights) {
  build_level4();
  enter_level4();
  struct step { table* t; unsigned shift; std::uint64_t bad; } const steps[] = {
      {pml4, 39, bit::large},
      {pml4, 39, std::uint64_t{1} << 46},
      {pdpt, 30, std::uint64_t{1} << 51},
      {pd, 21, std::uint64_t{1} << 46},
      {pt, 12, std::uint64_t{1} << 46},
      {pt, 12, std::uint64_t{1} << 51},
      {pd, 21, bit::large | std::uint64_t{1} << 13},
      {pdpt, 30, bit::large | std::uint64_t{1} << 29}};
  for (const auto& [t, shift, bad] : steps) {
    const std::uint64_t entry = t->get(where >> shift);
    t->set(where >> shift, (entry | bad) & ~bit::user);
    platform::flush_all(host);
    ASSERT_TRUE(m.cpu(0).enter());
    expect_fault(access(where, user_write), code::present | code::reserved | code::user | code::write);
    t->set(where >> shift, entry);
    expect_at(access(where, user_write), frame(0));
  }
  pt->set(where >> 12, frame(0) | leaf_bits | std::uint64_t{0x7ff} << 52);  // ignored in 4-level paging
  round_trip();
  platform::flush_all(host);
  ASSERT_TRUE(m.cpu(0).enter());
  expect_at(access(where), frame(0));
}

TEST_F(hardware_walk, bits_62_to_52_are_reserved_in_pae_format) {
  build_pae();
  enter_pae();
  for (const unsigned n : {52u, 62u, 46u}) {
    pt->set(where_pae >> 12, frame(0) | leaf_bits | std::uint64_t{1} << n);
    expect_fault(access(where_pae), code::present | code::reserved);
  }
  pt->set(where_pae >> 12, frame(0) | leaf_bits | bit::no_execute);
  expect_at(access(where_pae), frame(0));
  expect_fault(access(where_pae, fetch), code::present | code::fetch);
}

TEST_F(hardware_walk, accessed_is_set_in_each_used_entry_and_dirty_by_writes_only) {
  build_level4();
  for (table* t : {pml4, pdpt, pd}) {
    for (unsigned n = 0; n < 512; ++n) t->set(n, t->get(n) & ~bit::accessed);
  }
  pt->set(where >> 12, frame(0) | bit::present | bit::write | bit::user);
  enter_level4();
  expect_at(access(where), frame(0));
  EXPECT_TRUE(pml4->get(where >> 39) & bit::accessed);
  EXPECT_TRUE(pdpt->get(where >> 30) & bit::accessed);
  EXPECT_TRUE(pd->get(where >> 21) & bit::accessed);
  EXPECT_EQ(pt->get(where >> 12) & (bit::accessed | bit::dirty), bit::accessed);
  expect_at(access(where, write), frame(0));  // the TLB entry is not dirty: walks again
  EXPECT_TRUE(pt->get(where >> 12) & bit::dirty);
  EXPECT_FALSE(pd->get(where >> 21) & bit::dirty);
  EXPECT_EQ(m.count().tlb_hits, 0u);
  expect_at(access(where, write), frame(0));
  EXPECT_EQ(m.count().tlb_hits, 1u);
}

TEST_F(hardware_walk, a_fault_sets_neither_accessed_nor_dirty_in_the_leaf) {
  build_pae();
  pt->set(where_pae >> 12, frame(0) | bit::present | bit::user);
  enter_pae();
  expect_fault(access(where_pae, write), code::present | code::write);
  EXPECT_EQ(pt->get(where_pae >> 12), frame(0) | bit::present | bit::user);
}

TEST_F(hardware_walk, large_entries_map_large_pages) {
  build_level4();
  pd->set(where >> 21, (first_guest_frame << 12 & ~std::uint64_t{0x1f'ffff}) | leaf_bits | bit::large | bit::large_pat);
  enter_level4();
  const std::uint64_t base = where & ~std::uint64_t{0x1f'ffff};
  expect_at(access(base + 0x3456), frame(3) + 0x456);
  expect_at(access(base + 0x2456), frame(2) + 0x456);  // PAT is no part of the address
  pdpt->set(where >> 30, (first_guest_frame << 12 & ~std::uint64_t{0x3fff'ffff}) | leaf_bits | bit::large);
  platform::flush_all(host);
  ASSERT_TRUE(m.cpu(0).enter());
  const std::uint64_t gib = where & ~std::uint64_t{0x3fff'ffff};
  expect_at(access(gib + (frame(2) & 0x3fff'ffff) + 7), frame(2) + 7);
}

TEST_F(hardware_walk, a_link_to_what_is_no_table_is_an_incident) {
  build_level4();
  pd->set(where >> 21, frame(3) | link_bits);
  enter_level4();
  EXPECT_EQ(access(where).what, answer::broken);
  EXPECT_EQ(only_incident().kind, incident_kind::walk);
}

TEST_F(hardware_walk, a_link_to_a_released_table_is_an_incident) {
  build_level4();
  enter_level4();
  platform::release_table(host, pt);
  EXPECT_EQ(access(where).what, answer::broken);
  EXPECT_EQ(only_incident().kind, incident_kind::walk);
}

TEST_F(hardware_walk, a_leaf_outside_pinned_guest_memory_is_an_incident) {
  build_level4();
  pt->set(where >> 12, at(pt) | leaf_bits);
  pt->set((where >> 12) + 1, frame(20) | leaf_bits);
  enter_level4();
  EXPECT_EQ(access(where).what, answer::broken);
  EXPECT_EQ(only_incident().kind, incident_kind::escape);
  EXPECT_EQ(access(where + 0x1000).what, answer::broken);
  EXPECT_EQ(only_incident().kind, incident_kind::escape);
}

TEST_F(hardware_walk, a_frame_unpinned_under_a_cached_translation_is_an_incident) {
  build_level4();
  enter_level4();
  expect_at(access(where), frame(0));
  platform::unpin(host, {first_guest_frame});
  EXPECT_EQ(access(where).what, answer::broken);
  EXPECT_EQ(only_incident().kind, incident_kind::escape);
}

}  // namespace
}  // namespace umbra::machine
