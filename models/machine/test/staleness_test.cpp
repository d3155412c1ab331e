// What may be stale and when: the processor uses what it has cached until the architecture or a flush drops it.
#include "models/machine/test/hand_built.hpp"

namespace umbra::machine {
namespace {

using staleness = hand_built;

TEST_F(staleness, a_cached_translation_is_used_until_flushed) {
  build_level4();
  enter_level4();
  expect_at(access(where, write), frame(0));
  pt->set(where >> 12, 0);
  expect_at(access(where, write), frame(0));
  round_trip();  // VM exit and entry with a VPID flush nothing
  expect_at(access(where, write), frame(0));
  m.cpu(0).leave();
  platform::flush_vcpu(host, 0);
  ASSERT_TRUE(m.cpu(0).enter());
  expect_fault(access(where, write), code::write);
}

TEST_F(staleness, cached_rights_are_those_of_the_fill) {
  build_level4();
  enter_level4();
  expect_at(access(where, user_write), frame(0));
  pt->set(where >> 12, frame(1) | (leaf_bits & ~(bit::write | bit::user)));
  expect_at(access(where, user_write), frame(0));
}

TEST_F(staleness, a_page_fault_from_a_cached_translation_drops_it) {
  build_level4();
  pt->set(where >> 12, frame(0) | (leaf_bits & ~bit::write));
  enter_level4();
  expect_at(access(where), frame(0));
  pt->set(where >> 12, frame(0) | leaf_bits);  // a right more, and no flush
  expect_fault(access(where, write), code::present | code::write);
  expect_at(access(where, write), frame(0));
}

TEST_F(staleness, a_page_fault_drops_structure_entries_of_the_address) {
  build_level4();
  enter_level4();
  expect_at(access(where), frame(0));
  table* other = new_table();
  other->set((where >> 12 & 511) + 9, frame(9) | leaf_bits);
  pd->set(where >> 21, at(other) | link_bits);
  expect_fault(access(where + 0x9000), 0);       // by the stale PDE
  expect_at(access(where + 0x9000), frame(9));   // by the new one
  expect_at(access(where), frame(0));            // its own translation is still cached
}

TEST_F(staleness, each_structure_cache_is_used_until_flushed) {
  build_level4();
  enter_level4();
  expect_at(access(where), frame(0));
  const std::uint64_t walks = m.count().walks;
  pml4->set(where >> 39, 0);
  expect_at(access(where + 0x1000), frame(1));  // by the PDE cache
  pdpt->set(where >> 30, 0);
  expect_at(access(where + 0x2000), frame(2));
  EXPECT_EQ(m.count().walks, walks + 2);
  EXPECT_EQ(m.count().structure_hits, 2u);
  // Another 2-MiB region, so no PDE is cached: the PDPTE cache leads to the directory.
  pd->set((where >> 21) + 1, at(pt) | link_bits);
  expect_at(access(where + 0x20'0000), frame(0));
  // Another GiB: the PML4E cache.
  pdpt->set((where >> 30) + 1, at(pd) | link_bits);
  expect_at(access(where + 0x4000'0000), frame(0));
  platform::flush_all(host);
  ASSERT_TRUE(m.cpu(0).enter());
  for (const std::uint64_t gva : {where, where + 0x1000, where + 0x20'0000, where + 0x4000'0000}) {
    expect_fault(access(gva), 0);
  }
}

TEST_F(staleness, structure_entries_keep_the_rights_of_the_path) {
  build_level4();
  pdpt->set(where >> 30, (at(pd) | link_bits) & ~bit::write);
  enter_level4();
  expect_at(access(where), frame(0));
  pdpt->set(where >> 30, at(pd) | link_bits);
  expect_fault(access(where + 0x1000, write), code::present | code::write);
  expect_at(access(where + 0x1000, write), frame(1));
}

TEST_F(staleness, a_flush_drops_only_that_vpid) {
  build_level4();
  enter_level4(base_cr4, 0);
  enter_level4(base_cr4, 1);
  expect_at(access(where, {}, 0), frame(0));
  expect_at(access(where, {}, 1), frame(0));
  pt->set(where >> 12, 0);
  m.cpu(0).leave();
  platform::flush_vcpu(host, 0);
  ASSERT_TRUE(m.cpu(0).enter());
  expect_fault(access(where, {}, 0), 0);
  expect_at(access(where, {}, 1), frame(0));  // in guest mode since, with its own TLB
  EXPECT_TRUE(m.cpu(1).in_guest());
}

TEST_F(staleness, translations_of_another_vpid_are_not_used) {
  build_level4();
  enter_level4();
  expect_at(access(where), frame(0));
  pt->set(where >> 12, frame(1) | leaf_bits);
  m.cpu(0).leave();
  platform::write_vmcs(host, 0, x86::vmcs::vpid, 9);
  ASSERT_TRUE(m.cpu(0).enter());
  EXPECT_EQ(only_incident().kind, incident_kind::vm_entry) << "9 is not what the host flushes";
  expect_at(access(where), frame(1));
  m.cpu(0).leave();
  platform::write_vmcs(host, 0, x86::vmcs::vpid, 1);
  ASSERT_TRUE(m.cpu(0).enter());
  expect_at(access(where), frame(0));  // still there under its own
}

TEST_F(staleness, flush_all_kicks_every_vcpu_and_drops_everything) {
  build_level4();
  enter_level4(base_cr4, 0);
  enter_level4(base_cr4, 1);
  access(where, {}, 0);
  access(where, {}, 1);
  platform::flush_all(host);
  for (unsigned id = 0; id < 2; ++id) {
    EXPECT_FALSE(m.cpu(id).in_guest());
    EXPECT_EQ(m.cpu(id).translations().size(), 0u);
    EXPECT_EQ(m.cpu(id).structures().size(), 0u);
  }
  EXPECT_EQ(m.count().kicks, 2u);
  EXPECT_EQ(m.count().exits, 2u);
}

TEST_F(staleness, changed_controls_take_effect_at_the_next_entry_only) {
  build_level4();
  enter_level4();
  m.cpu(0).leave();
  ASSERT_TRUE(m.cpu(0).enter());
  pt->set(where >> 12, frame(0) | leaf_bits);
  expect_at(access(where, read), frame(0));
  m.cpu(0).leave();
  platform::write_vmcs(host, 0, x86::vmcs::guest_cr4, base_cr4 | x86::cr4::smap);
  EXPECT_EQ(m.cpu(0).latched().cr4, std::uint64_t{base_cr4});
  ASSERT_TRUE(m.cpu(0).enter());
  expect_fault(access(where, read), code::present);  // from the TLB: rights are cached, SMAP is not
}

TEST_F(staleness, speculation_caches_and_sets_accessed_but_never_dirty) {
  build_level4();
  pt->set(where >> 12, frame(0) | bit::present | bit::write | bit::user);
  enter_level4();
  m.cpu(0).speculate(where);
  EXPECT_EQ(pt->get(where >> 12) & (bit::accessed | bit::dirty), bit::accessed);
  pt->set(where >> 12, 0);
  expect_at(access(where), frame(0));
  expect_fault(access(where, write), code::write);  // not dirty: walks again, and finds nothing
}

TEST_F(staleness, speculation_ignores_rights_and_never_faults) {
  build_level4();
  pt->set(where >> 12, frame(0) | bit::present);
  enter_level4(base_cr4 | x86::cr4::smap);
  m.cpu(0).speculate(where);
  m.cpu(0).speculate(where + 0x10'0000);
  m.cpu(0).speculate(0x1234'5678'9abc'def0);
  EXPECT_EQ(m.cpu(0).translations().size(), 1u);
  m.cpu(0).speculate(where + 0x1000);  // a user page, which a supervisor read may not touch
  EXPECT_EQ(m.cpu(0).translations().size(), 2u);
  EXPECT_EQ(m.count().page_faults, 0u);
  expect_fault(access(where, user_read), code::present | code::user);
}

TEST_F(staleness, what_is_not_present_or_reserved_is_not_cached) {
  build_level4();
  pt->set(where >> 12, 0);
  pt->set((where >> 12) + 1, frame(1) | leaf_bits | std::uint64_t{1} << 50);
  enter_level4();
  m.cpu(0).speculate(where);
  m.cpu(0).speculate(where + 0x1000);
  EXPECT_EQ(m.cpu(0).translations().size(), 0u);
  pt->set(where >> 12, frame(0) | leaf_bits);
  expect_at(access(where), frame(0));
}

TEST_F(staleness, pdptes_are_latched_at_entry) {
  build_pae();
  enter_pae();
  table* other_pd = new_table();
  table* other_pt = new_table();
  other_pd->set(where_pae >> 21, at(other_pt) | link_bits);
  other_pt->set(where_pae >> 12, frame(9) | leaf_bits);
  roots->set(where_pae >> 30, at(other_pd) | bit::present);
  expect_at(access(where_pae), frame(0));  // by the registers as loaded
  m.cpu(0).leave();
  platform::flush_vcpu(host, 0);
  ASSERT_TRUE(m.cpu(0).enter());
  expect_at(access(where_pae), frame(9));
}

TEST_F(staleness, a_vcpu_left_in_guest_mode_keeps_its_pdptes) {
  build_pae();
  enter_pae(base_cr4, 1);
  roots->set(where_pae >> 30, 0);
  expect_at(access(where_pae, {}, 1), frame(0));
  expect_at(access(where_pae + 0x1000, {}, 1), frame(1));
  platform::flush_all(host);
  ASSERT_TRUE(m.cpu(1).enter());
  expect_fault(access(where_pae, {}, 1), 0);
}

TEST_F(staleness, probe_changes_nothing) {
  build_level4();
  pt->set(where >> 12, frame(0) | bit::present | bit::write | bit::user);
  pd->set(where >> 21, (at(pt) | link_bits) & ~bit::accessed);
  enter_level4();
  const counters before = m.count();
  expect_at(m.cpu(0).probe(where, write), frame(0));
  expect_fault(m.cpu(0).probe(where + 0x10'0000, user_read), code::user);
  EXPECT_EQ(m.cpu(0).translations().size(), 0u);
  EXPECT_EQ(m.cpu(0).structures().size(), 0u);
  EXPECT_EQ(pt->get(where >> 12), frame(0) | bit::present | bit::write | bit::user);
  EXPECT_EQ(pd->get(where >> 21), (at(pt) | link_bits) & ~bit::accessed);
  EXPECT_EQ(m.count().walks, before.walks);
}

}  // namespace
}  // namespace umbra::machine
