// Writes to the control registers: #GP, mode changes, PDPTE loads, invalidation.
#include <gtest/gtest.h>

#include "models/reference/control_registers.hpp"
#include "models/reference/reachable.hpp"
#include "models/reference/test/guest.hpp"

namespace umbra::reference::test {
namespace {

using namespace x86;

bool operator==(const registers& a, const registers& b) {
  return a.cr0 == b.cr0 && a.cr3 == b.cr3 && a.cr4 == b.cr4 && a.efer == b.efer && a.pdpte == b.pdpte;
}

constexpr std::uint64_t on = cr0::pe | cr0::pg | cr0::wp | cr0::et;

struct control_registers : testing::Test {
  control_registers() {
    for (unsigned i = 0; i < 4; ++i) ram.put8(0x1020 + 8 * i, (0x10'000 + 0x1000 * i) | present);
  }
  /// Expects a #GP that leaves the registers alone.
  template <class Write>
  void refused(registers r, word value, Write write) {
    const registers before = r;
    const cr_effect effect = write(r, value, ram);
    EXPECT_TRUE(effect.faults) << std::hex << value;
    EXPECT_FALSE(effect.invalidates || effect.invalidates_global);
    EXPECT_TRUE(r == before);
  }
  guest_ram ram;
  static constexpr auto to_cr0 = [](auto&... a) { return write_cr0(a...); };
  static constexpr auto to_cr3 = [](auto&... a) { return write_cr3(a...); };
  static constexpr auto to_cr4 = [](auto&... a) { return write_cr4(a...); };
  static constexpr auto to_efer = [](auto&... a) { return write_efer(a...); };
};

TEST_F(control_registers, sdm_2_5_cr0_refuses) {
  refused({}, word{1} << 32, to_cr0);
  refused({}, word{1} << 63, to_cr0);
  refused({}, cr0::pg, to_cr0);
  refused({}, cr0::nw, to_cr0);
  refused(level4_registers(), cr0::pg, to_cr0);
}

TEST_F(control_registers, sdm_2_5_cr0_ignores_undefined_bits_and_holds_et) {
  registers r;
  EXPECT_FALSE(write_cr0(r, 0xffff'ffff & ~cr0::et & ~cr0::pg, ram).faults);
  EXPECT_EQ(r.cr0, 0x6005'003fu);
}

TEST_F(control_registers, sdm_4_1_2_entering_ia32e_needs_pae_and_sets_lma) {
  registers r{.efer = efer::lme};
  refused(r, on, to_cr0);
  r.cr4 = cr4::pae;
  EXPECT_FALSE(write_cr0(r, on, ram).faults);
  EXPECT_EQ(r.efer, efer::lme | efer::lma);
  EXPECT_EQ(r.pdpte[0], 0u);
  EXPECT_FALSE(write_cr0(r, cr0::pe, ram).faults);
  EXPECT_EQ(r.efer, efer::lme);
}

TEST_F(control_registers, sdm_4_4_1_paging_on_with_pae_loads_pdptes) {
  registers r{.cr3 = 0x1028, .cr4 = cr4::pae};  // bits 4:0 of CR3 are no part of the address
  EXPECT_FALSE(write_cr0(r, on, ram).faults);
  EXPECT_EQ(r.pdpte[0], 0x10'001u);
  EXPECT_EQ(r.pdpte[3], 0x13'001u);
}

TEST_F(control_registers, sdm_4_4_1_which_cr0_writes_load_pdptes) {
  for (const std::uint64_t bit : {cr0::cd, cr0::cd | cr0::nw, cr0::ts, cr0::am, cr0::ne}) {
    registers r = pae_registers();
    EXPECT_FALSE(write_cr0(r, on | bit, ram).faults);
    EXPECT_EQ(r.pdpte[2], (bit & (cr0::cd | cr0::nw)) != 0 ? 0x12'001u : 0u);
  }
  registers wp = pae_registers();
  EXPECT_FALSE(write_cr0(wp, on & ~cr0::wp, ram).faults);
  EXPECT_EQ(wp.pdpte[2], 0u);
  registers nw_only = pae_registers();
  nw_only.cr0 |= cr0::cd;
  EXPECT_FALSE(write_cr0(nw_only, on | cr0::cd | cr0::nw, ram).faults);
  EXPECT_EQ(nw_only.pdpte[2], 0x12'001u);
  registers off = pae_registers();
  EXPECT_FALSE(write_cr0(off, cr0::pe, ram).faults);
  EXPECT_EQ(off.pdpte[2], 0u);
}

TEST_F(control_registers, sdm_4_4_1_which_cr4_writes_load_pdptes) {
  for (const std::uint64_t bit : {cr4::pge, cr4::pse, cr4::smep, cr4::smap, cr4::tsd}) {
    registers r = pae_registers();
    EXPECT_FALSE(write_cr4(r, cr4::pae | bit, ram).faults);
    EXPECT_EQ(r.pdpte[2], (bit & (cr4::pge | cr4::pse | cr4::smep)) != 0 ? 0x12'001u : 0u);
  }
  registers from_32bit{.cr0 = on, .cr3 = 0x1020};
  EXPECT_FALSE(write_cr4(from_32bit, cr4::pae, ram).faults);
  EXPECT_EQ(from_32bit.pdpte[1], 0x11'001u);
  registers long_mode = level4_registers();
  EXPECT_FALSE(write_cr4(long_mode, cr4::pae | cr4::pge, ram).faults);
  EXPECT_EQ(long_mode.pdpte[1], 0u);
  registers unpaged;
  EXPECT_FALSE(write_cr4(unpaged, cr4::pae, ram).faults);
  EXPECT_EQ(unpaged.pdpte[1], 0u);
}

TEST_F(control_registers, sdm_4_4_1_mov_cr3_loads_pdptes) {
  registers r = pae_registers();
  EXPECT_FALSE(write_cr3(r, 0xffff'ffff'0000'1020, ram).faults);
  EXPECT_EQ(r.cr3, 0x1020u);
  EXPECT_EQ(r.pdpte[2], 0x12'001u);
  registers legacy = bits32_registers();
  EXPECT_FALSE(write_cr3(legacy, 0x1020, ram).faults);
  EXPECT_EQ(legacy.pdpte[2], 0u);
}

TEST_F(control_registers, sdm_4_4_1_invalid_pdptes_refuse_the_write) {
  for (const unsigned bit : {1u, 2u, 5u, 6u, 7u, 8u, 36u, 51u, 52u, 63u}) {
    ram.put8(0x1038, word{1} << bit | present);
    refused(pae_registers(), 0x1020, to_cr3);
    refused(pae_registers(), cr4::pae | cr4::pge, to_cr4);
    refused({.cr3 = 0x1020, .cr4 = cr4::pae}, on, to_cr0);
  }
  ram.put8(0x1038, ~word{1});  // not present: nothing is checked
  registers r = pae_registers();
  EXPECT_FALSE(write_cr3(r, 0x1020, ram).faults);
  EXPECT_EQ(r.pdpte[3], ~word{1});
}

TEST_F(control_registers, sdm_4_4_1_the_other_bits_of_a_pdpte_are_free) {
  ram.put8(0x1038, 0xf'ffff'fe19);
  registers r = pae_registers();
  EXPECT_FALSE(write_cr3(r, 0x1020, ram).faults);
}

TEST_F(control_registers, a_pdpte_table_in_a_hole_refuses_the_write) {
  ram.size = 0x1000;
  refused(pae_registers(), 0x1020, to_cr3);
}

TEST_F(control_registers, sdm_4_5_cr3_width) {
  refused(level4_registers(), word{1} << 36, to_cr3);
  refused(level4_registers(), word{1} << 63, to_cr3);
  registers r = level4_registers();
  EXPECT_FALSE(write_cr3(r, 0xf'ffff'ffff, ram).faults);
  EXPECT_EQ(r.cr3, 0xf'ffff'ffffu);
  registers legacy = bits32_registers();
  EXPECT_FALSE(write_cr3(legacy, 0xffff'ffff'ffff'ffff, ram).faults);
  EXPECT_EQ(legacy.cr3, 0xffff'ffffu);
}

TEST_F(control_registers, sdm_2_5_cr4_accepts_what_cpuid_offers) {
  for (unsigned bit = 0; bit < 64; ++bit) {
    const word value = word{1} << bit;
    const bool offered = bit <= 10 || bit == 20 || bit == 21;
    registers r;
    EXPECT_EQ(write_cr4(r, value, ram).faults, !offered) << bit;
    if (offered) EXPECT_EQ(r.cr4, value);
  }
  registers old;
  old.cpuid.smep = false;
  refused(old, cr4::smep, to_cr4);
  EXPECT_FALSE(write_cr4(old, cr4::smap, ram).faults);
  old = {};
  old.cpuid.smap = false;
  refused(old, cr4::smap, to_cr4);
}

TEST_F(control_registers, sdm_4_1_2_pae_stays_on_in_ia32e_mode) {
  refused(level4_registers(), 0, to_cr4);
  registers r = pae_registers();
  EXPECT_FALSE(write_cr4(r, 0, ram).faults);
  registers not_yet{.cr4 = cr4::pae, .efer = efer::lme};
  EXPECT_FALSE(write_cr4(not_yet, 0, ram).faults);
}

TEST_F(control_registers, sdm_2_2_1_efer_accepts_what_cpuid_offers) {
  for (unsigned bit = 0; bit < 64; ++bit) {
    registers r;
    const bool offered = bit == 0 || bit == 8 || bit == 10 || bit == 11;
    EXPECT_EQ(write_efer(r, word{1} << bit, ram).faults, !offered) << bit;
    EXPECT_EQ(r.efer, offered && bit != 10 ? word{1} << bit : 0);  // LMA is read-only
  }
  registers old;
  old.cpuid.nx = false;
  refused(old, efer::nxe, to_efer);
  old = {};
  old.cpuid.long_mode = false;
  refused(old, efer::lme, to_efer);
}

TEST_F(control_registers, sdm_4_1_2_lme_is_fixed_while_paging) {
  refused(level4_registers(), efer::nxe, to_efer);
  refused(bits32_registers(), efer::lme, to_efer);
  registers r = level4_registers();
  EXPECT_FALSE(write_efer(r, efer::lme, ram).faults);
  EXPECT_EQ(r.efer, efer::lme | efer::lma);
}

TEST_F(control_registers, sdm_4_10_4_1_what_cr0_invalidates) {
  registers r = level4_registers();
  const cr_effect wp = write_cr0(r, on & ~cr0::wp, ram);
  EXPECT_FALSE(wp.invalidates || wp.invalidates_global);
  const cr_effect off = write_cr0(r, cr0::pe, ram);
  EXPECT_TRUE(off.invalidates && off.invalidates_global);
}

TEST_F(control_registers, sdm_4_10_4_1_mov_cr3_keeps_global_pages) {
  registers r = level4_registers();
  const cr_effect same = write_cr3(r, r.cr3, ram);
  EXPECT_TRUE(same.invalidates);
  EXPECT_FALSE(same.invalidates_global);
}

TEST_F(control_registers, sdm_4_10_4_1_and_11_9_what_cr4_invalidates) {
  for (const std::uint64_t bit : {cr4::pge, cr4::pse, cr4::smep}) {
    registers r = level4_registers();
    const cr_effect set = write_cr4(r, cr4::pae | bit, ram);
    EXPECT_TRUE(set.invalidates && set.invalidates_global);
    const cr_effect cleared = write_cr4(r, cr4::pae, ram);
    EXPECT_EQ(cleared.invalidates, bit != cr4::smep);
    EXPECT_EQ(cleared.invalidates_global, bit != cr4::smep);
  }
  registers to_pae{.cr0 = on, .cr3 = 0x1020};
  EXPECT_TRUE(write_cr4(to_pae, cr4::pae, ram).invalidates_global);
  EXPECT_TRUE(write_cr4(to_pae, 0, ram).invalidates_global);
  registers r = level4_registers();
  EXPECT_FALSE(write_cr4(r, cr4::pae | cr4::smap, ram).invalidates);
  EXPECT_FALSE(write_cr4(r, cr4::pae | cr4::smap | cr4::tsd, ram).invalidates);
}

TEST_F(control_registers, sdm_4_10_4_1_efer_invalidates_nothing) {
  registers r = level4_registers();
  EXPECT_FALSE(write_efer(r, efer::lme, ram).invalidates);
}

TEST(reachable, holds_of_what_writes_lead_to_in_every_mode) {
  guest_ram ram;
  for (unsigned i = 0; i < 4; ++i) ram.put8(0x1020 + 8 * i, (0x10'000 + 0x1000 * i) | present);
  for (const word cr4 : {word{0}, word{cr4::pae}, word{cr4::pae | cr4::smep}, word{cr4::pse}}) {
    for (const word efer : {word{0}, word{efer::nxe}, word{efer::lme | efer::nxe}}) {
      registers r;
      write_cr4(r, cr4, ram);
      write_efer(r, efer, ram);
      write_cr3(r, 0x1020, ram);
      EXPECT_TRUE(reachable(r));
      write_cr0(r, on, ram);
      write_cr3(r, 0x12'3456'7000, ram);
      EXPECT_TRUE(reachable(r)) << std::hex << cr4 << ' ' << efer;
      write_cr0(r, cr0::pe, ram);
      EXPECT_TRUE(reachable(r)) << std::hex << cr4 << ' ' << efer;
    }
  }
}

TEST(reachable, fails_for_what_no_guest_can_have) {
  registers r;
  r.cr0 = cr0::pg | cr0::et;  // without PE
  EXPECT_FALSE(reachable(r));
  r = {};
  r.cr0 = on;
  r.efer = efer::lme | efer::lma;  // without PAE
  EXPECT_FALSE(reachable(r));
  r = {};
  r.cr3 = word{1} << 36;  // wider than a physical address
  EXPECT_FALSE(reachable(r));
  r.cr3 = word{1} << 32;  // left behind by IA-32e mode, which this CPU does not have
  r.cpuid.long_mode = false;
  EXPECT_FALSE(reachable(r));
  r = {};
  r.cr0 = on;
  r.cr4 = cr4::pae;
  r.pdpte[2] = present | 2;  // reserved bit
  EXPECT_FALSE(reachable(r));
  r.pdpte[2] = present;
  EXPECT_TRUE(reachable(r));
  r.cr4 |= cr4::smep;
  r.cpuid.smep = false;
  EXPECT_FALSE(reachable(r));
}

}  // namespace
}  // namespace umbra::reference::test
