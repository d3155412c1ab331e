// Reserved bits, computed by hand from the SDM's tables for widths at both ends and between.
#include <gtest/gtest.h>

#include "models/reference/test/guest.hpp"

namespace umbra::reference::test {
namespace {

registers with_width(registers r, unsigned maxphyaddr) {
  r.cpuid.maxphyaddr = maxphyaddr;
  return r;
}

TEST(reserved, sdm_4_2_bit_ranges) {
  EXPECT_EQ(bits(0, 0), 1u);
  EXPECT_EQ(bits(20, 13), 0x1fe000u);
  EXPECT_EQ(bits(63, 63), 0x8000'0000'0000'0000u);
  EXPECT_EQ(bits(63, 0), ~std::uint64_t{0});
  EXPECT_EQ(bits(51, 52), 0u);
}

TEST(reserved, sdm_4_3_entries_of_4_kib_pages_have_none) {
  const registers r = with_width(bits32_registers(), 32);
  EXPECT_EQ(reserved_bits<bits32>(1, 0xffff'ffff, r), 0u);
  EXPECT_EQ(reserved_bits<bits32>(2, 0xffff'ff7f, r), 0u);
}

TEST(reserved, sdm_4_3_pse36_directory_entry) {
  const word pde = present | large;
  EXPECT_EQ(reserved_bits<bits32>(2, pde, with_width(bits32_registers(), 32)), 0x3fe000u);  // 21:13
  EXPECT_EQ(reserved_bits<bits32>(2, pde, with_width(bits32_registers(), 36)), 0x3e0000u);  // 21:17
  EXPECT_EQ(reserved_bits<bits32>(2, pde, with_width(bits32_registers(), 39)), 0x300000u);  // 21:20
  EXPECT_EQ(reserved_bits<bits32>(2, pde, with_width(bits32_registers(), 40)), 0x200000u);  // 21
  EXPECT_EQ(reserved_bits<bits32>(2, pde, with_width(bits32_registers(), 52)), 0x200000u);  // M is at most 40
}

TEST(reserved, sdm_4_3_ps_counts_only_with_cr4_pse) {
  registers r = with_width(bits32_registers(), 32);
  r.cr4 = 0;
  EXPECT_EQ(reserved_bits<bits32>(2, present | large, r), 0u);
}

TEST(reserved, sdm_4_4_2_pae_width) {
  const registers r = pae_registers();
  for (unsigned level : {1u, 2u}) {
    EXPECT_EQ(reserved_bits<pae>(level, present, with_width(r, 32)), 0x7fff'ffff'0000'0000u);  // 62:32
    EXPECT_EQ(reserved_bits<pae>(level, present, with_width(r, 36)), 0x7fff'fff0'0000'0000u);  // 62:36
    EXPECT_EQ(reserved_bits<pae>(level, present, with_width(r, 52)), 0x7ff0'0000'0000'0000u);  // 62:52
  }
}

TEST(reserved, sdm_4_4_2_pae_2_mib_page) {
  const registers r = with_width(pae_registers(), 52);
  EXPECT_EQ(reserved_bits<pae>(2, present | large, r), 0x7ff0'0000'001f'e000u);
  EXPECT_EQ(reserved_bits<pae>(1, present | large, r), 0x7ff0'0000'0000'0000u);  // bit 7 of a PTE is PAT
}

TEST(reserved, sdm_4_4_2_and_4_5_xd_without_nxe) {
  registers r = with_width(pae_registers(), 52);
  r.efer = 0;
  EXPECT_EQ(reserved_bits<pae>(2, present, r), 0xfff0'0000'0000'0000u);
  registers l = with_width(level4_registers(), 52);
  l.efer = x86::efer::lme | x86::efer::lma;
  for (unsigned level : {1u, 2u, 3u}) EXPECT_EQ(reserved_bits<level4>(level, present, l), 0x8000'0000'0000'0000u);
  EXPECT_EQ(reserved_bits<level4>(4, present, l), 0x8000'0000'0000'0080u);
}

TEST(reserved, sdm_4_5_level4_width_stops_at_bit_51) {
  const registers r = level4_registers();
  for (unsigned level : {1u, 2u, 3u}) {
    EXPECT_EQ(reserved_bits<level4>(level, present, with_width(r, 32)), 0x000f'ffff'0000'0000u);
    EXPECT_EQ(reserved_bits<level4>(level, present, with_width(r, 40)), 0x000f'ff00'0000'0000u);
    EXPECT_EQ(reserved_bits<level4>(level, present, with_width(r, 52)), 0u);
  }
}

TEST(reserved, sdm_4_5_ps_in_a_pml4e) {
  EXPECT_EQ(reserved_bits<level4>(4, present, with_width(level4_registers(), 52)), 0x80u);
}

TEST(reserved, sdm_4_5_1_gib_page) {
  registers r = with_width(level4_registers(), 52);
  EXPECT_EQ(reserved_bits<level4>(3, present | large, r), 0x3fff'e000u);  // 29:13
  r.cpuid.gbpages = false;
  EXPECT_EQ(reserved_bits<level4>(3, present | large, r) & large, large);
}

TEST(reserved, sdm_4_5_2_mib_page) {
  EXPECT_EQ(reserved_bits<level4>(2, present | large, with_width(level4_registers(), 52)), 0x1fe000u);
  EXPECT_EQ(reserved_bits<level4>(1, present | large, with_width(level4_registers(), 52)), 0u);
}

TEST(reserved, sdm_4_4_1_pdpte) {
  EXPECT_EQ(reserved_pdpte_bits(with_width(pae_registers(), 36)), 0xffff'fff0'0000'01e6u);
  EXPECT_EQ(reserved_pdpte_bits(with_width(pae_registers(), 52)), 0xfff0'0000'0000'01e6u);
}

}  // namespace
}  // namespace umbra::reference::test
