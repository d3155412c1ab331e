#include "models/machine/test/hand_built.hpp"

namespace umbra::machine {
namespace {

using entry = hand_built;

controls good() {
  return {x86::cr0::pe | x86::cr0::pg | x86::cr0::wp | x86::cr0::ne, 0x1000, base_cr4,
          x86::efer::nxe | x86::efer::lme | x86::efer::lma, 1};
}

TEST_F(entry, checks_each_control) {
  EXPECT_EQ(entry_failure(good()), nullptr);
  const auto refused = [](auto change) {
    controls c = good();
    change(c);
    return entry_failure(c) != nullptr;
  };
  for (const std::uint64_t b : {x86::cr0::pe, x86::cr0::pg, x86::cr0::wp, x86::cr0::ne}) {
    EXPECT_TRUE(refused([&](controls& c) { c.cr0 &= ~b; })) << b;
  }
  EXPECT_TRUE(refused([](controls& c) { c.cr0 |= std::uint64_t{1} << 32; }));
  EXPECT_TRUE(refused([](controls& c) { c.cr4 = 0; }));
  EXPECT_TRUE(refused([](controls& c) { c.cr4 &= ~x86::cr4::pae; }));
  EXPECT_TRUE(refused([](controls& c) { c.cr4 &= ~x86::cr4::vmxe; }));
  EXPECT_TRUE(refused([](controls& c) { c.cr4 |= x86::cr4::la57; }));
  EXPECT_TRUE(refused([](controls& c) { c.cr4 |= x86::cr4::pcide; }));
  EXPECT_TRUE(refused([](controls& c) { c.cr3 |= std::uint64_t{1} << 46; }));
  EXPECT_FALSE(refused([](controls& c) { c.cr3 |= std::uint64_t{1} << 45; }));
  EXPECT_TRUE(refused([](controls& c) { c.efer &= ~x86::efer::nxe; }));
  EXPECT_TRUE(refused([](controls& c) { c.efer &= ~x86::efer::lme; }));
  EXPECT_TRUE(refused([](controls& c) { c.efer &= ~x86::efer::lma; }));
  EXPECT_TRUE(refused([](controls& c) { c.efer |= 1u << 12; }));
  EXPECT_TRUE(refused([](controls& c) { c.vpid = 0; }));
  EXPECT_TRUE(refused([](controls& c) { c.vpid = 0x10000; }));
  EXPECT_FALSE(refused([](controls& c) { c.efer = x86::efer::nxe; }));
  EXPECT_TRUE(refused([](controls& c) { c.efer = x86::efer::nxe, c.cr3 = std::uint64_t{1} << 32; }));
}

TEST_F(entry, refuses_with_an_incident) {
  build_level4();
  program(0, at(pml4), long_mode, 0);
  EXPECT_FALSE(m.cpu(0).enter());
  EXPECT_FALSE(m.cpu(0).in_guest());
  EXPECT_EQ(only_incident().kind, incident_kind::vm_entry);
}

TEST_F(entry, refuses_pdptes_with_reserved_bits) {
  build_pae();
  for (const std::uint64_t bad : {std::uint64_t{2}, std::uint64_t{4}, std::uint64_t{0x20}, std::uint64_t{0x100},
                                  std::uint64_t{1} << 46, std::uint64_t{1} << 63}) {
    roots->set(3, at(pd) | bit::present | bad);
    program(0, at(roots), x86::efer::nxe);
    EXPECT_FALSE(m.cpu(0).enter()) << bad;
    EXPECT_EQ(only_incident().kind, incident_kind::vm_entry);
  }
  roots->set(3, 0x1e6);  // not present: all else is ignored
  EXPECT_TRUE(m.cpu(0).enter());
}

TEST_F(entry, reads_pdptes_from_any_aligned_place_in_a_low_table) {
  build_pae();
  roots->set(125, roots->get(where_pae >> 30));  // 32-byte group 31, register 1
  roots->set(where_pae >> 30, 0);
  program(0, at(roots) + 31 * 32, x86::efer::nxe);
  ASSERT_TRUE(m.cpu(0).enter());
  expect_at(access(where_pae), frame(0));
}

TEST_F(entry, pdptes_must_be_in_a_table_below_4_gib) {
  build_pae();
  program(0, at(pd), x86::efer::nxe);
  EXPECT_FALSE(m.cpu(0).enter());
  EXPECT_EQ(only_incident().kind, incident_kind::vm_entry);
  program(0, at(roots) + 0x10000, x86::efer::nxe);
  EXPECT_FALSE(m.cpu(0).enter());
  EXPECT_EQ(only_incident().kind, incident_kind::vm_entry);
}

TEST_F(entry, tables_lie_where_they_should) {
  EXPECT_LT(at(platform::allocate_low_table(host)), std::uint64_t{1} << 32);
  EXPECT_GE(at(platform::allocate_table(host)), std::uint64_t{1} << 32);
}

TEST_F(entry, twice_and_access_outside_are_incidents) {
  build_level4();
  EXPECT_EQ(access(where).what, answer::broken);
  EXPECT_EQ(only_incident().kind, incident_kind::vm_entry);
  enter_level4();
  EXPECT_FALSE(m.cpu(0).enter());
  EXPECT_EQ(only_incident().kind, incident_kind::vm_entry);
  EXPECT_TRUE(m.cpu(0).in_guest());
  m.cpu(0).leave();
  m.cpu(0).leave();
  EXPECT_EQ(m.count().exits, 1u);
  EXPECT_EQ(m.count().entries, 1u);
}

TEST_F(entry, vmcs_writes_in_guest_mode_and_shared_vpids_are_incidents) {
  build_level4();
  enter_level4();
  platform::write_vmcs(host, 0, x86::vmcs::guest_cr3, 0);
  EXPECT_EQ(only_incident().kind, incident_kind::vmcs);
  platform::write_vmcs(host, 1, x86::vmcs::vpid, 1);
  EXPECT_EQ(only_incident().kind, incident_kind::vmcs);
  platform::write_vmcs(host, 7, x86::vmcs::vpid, 1);
  EXPECT_EQ(only_incident().kind, incident_kind::vmcs);
  platform::write_vmcs(host, 1, static_cast<x86::vmcs>(0x6838), 1);
  EXPECT_EQ(only_incident().kind, incident_kind::vmcs);
  platform::read_vmcs(host, 1, static_cast<x86::vmcs>(0x6838));
  EXPECT_EQ(only_incident().kind, incident_kind::vmcs);
  platform::read_vmcs(host, 7, x86::vmcs::guest_rip);
  EXPECT_EQ(only_incident().kind, incident_kind::vmcs);
  platform::write_vmcs(host, 1, x86::vmcs::exit_reason, 1);
  EXPECT_EQ(only_incident().kind, incident_kind::vmcs) << "for the processor to write";
  platform::write_vmcs(host, 1, x86::vmcs::exception_bitmap, std::uint64_t{1} << 32);
  EXPECT_EQ(only_incident().kind, incident_kind::vmcs) << "32 bits wide";
}

TEST_F(entry, an_exit_tells_why_and_takes_the_event_back) {
  build_level4();
  platform::write_vmcs(host, 0, x86::vmcs::entry_event, 0x8000'0b0d);
  platform::write_vmcs(host, 0, x86::vmcs::entry_error_code, 8);
  enter_level4();
  EXPECT_EQ(m.cpu(0).injected().information, 0x8000'0b0du);
  EXPECT_EQ(m.cpu(0).injected().error_code, 8u);
  m.cpu(0).leave({.reason = 30, .qualification = 0x33, .instruction_length = 2});
  EXPECT_EQ(m.cpu(0).read_vmcs(x86::vmcs::exit_reason), 30u);
  EXPECT_EQ(m.cpu(0).read_vmcs(x86::vmcs::exit_qualification), 0x33u);
  EXPECT_EQ(m.cpu(0).read_vmcs(x86::vmcs::instruction_length), 2u);
  EXPECT_EQ(m.cpu(0).read_vmcs(x86::vmcs::entry_event), 0x0000'0b0du) << "no longer valid (SDM 25.8.3)";
  ASSERT_TRUE(m.cpu(0).enter());
  EXPECT_EQ(m.cpu(0).injected().information, 0u);
}

TEST_F(entry, a_guest_moves_to_its_own_bits_of_a_control_register_without_an_exit) {
  build_level4();
  platform::write_vmcs(host, 0, x86::vmcs::cr0_mask, ~x86::cr0::ts);
  platform::write_vmcs(host, 0, x86::vmcs::cr0_shadow, x86::cr0::pe);
  enter_level4();
  constexpr auto cr0 = x86::vmcs::guest_cr0;
  EXPECT_TRUE(m.cpu(0).move_to(cr0, x86::cr0::pe | x86::cr0::ts));
  EXPECT_EQ(m.cpu(0).move_from(cr0), x86::cr0::pe | x86::cr0::ts);
  EXPECT_TRUE((m.cpu(0).read_register(cr0) & x86::cr0::pg) != 0) << "the host's bits stay";
  EXPECT_FALSE(m.cpu(0).move_to(cr0, x86::cr0::pe | x86::cr0::wp));
  EXPECT_EQ(m.cpu(0).move_from(cr0), x86::cr0::pe | x86::cr0::ts) << "nothing changed";
}

TEST_F(entry, a_kick_is_an_external_interrupt_and_told_once) {
  build_level4();
  enter_level4();
  platform::flush_all(host);
  EXPECT_FALSE(m.cpu(0).in_guest());
  EXPECT_EQ(m.cpu(0).read_vmcs(x86::vmcs::exit_reason), 1u);
  EXPECT_TRUE(m.cpu(0).take_kick());
  EXPECT_FALSE(m.cpu(0).take_kick());
  EXPECT_FALSE(m.cpu(1).take_kick()) << "it was not in guest mode";
}

}  // namespace
}  // namespace umbra::machine
