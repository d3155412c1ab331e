// Walks through tables that are written by hand, one or more for each paging mode.
#include <gtest/gtest.h>

#include "models/reference/test/guest.hpp"

namespace umbra::reference::test {
namespace {

TEST(walk_unpaged, sdm_4_1_1_the_low_32_bits_are_the_physical_address) {
  const translation t = walk(guest_ram{}, registers{}, 0xffff'ffff'1234'5678, user_write);
  EXPECT_FALSE(t.faults);
  EXPECT_EQ(t.address, 0x1234'5678u);
  EXPECT_EQ(t.steps, 0u);
  EXPECT_TRUE(t.write && t.user && t.execute);
}

// 32-bit: directory at 0x1000, table at 0x2000; gva 0x0040_3abc is PDE 1, PTE 3.
struct walk_32bit : testing::Test {
  walk_32bit() {
    ram.put4(0x1004, 0x2000 | all);
    ram.put4(0x200c, 0x7777'7000 | all);
  }
  guest_ram ram;
  registers r = bits32_registers();
};

TEST_F(walk_32bit, sdm_4_3_4_kib_page) {
  const translation t = walk(ram, r, 0x0040'3abc, user_write);
  ASSERT_FALSE(t.faults);
  EXPECT_EQ(t.address, 0x7777'7abcu);
  EXPECT_EQ(t.page_shift, 12u);
  ASSERT_EQ(t.steps, 2u);
  EXPECT_EQ(t.used[0].gpa, 0x1004u);
  EXPECT_EQ(t.used[1].gpa, 0x200cu);
  EXPECT_EQ(t.used[1].bytes, 4u);
  EXPECT_EQ(t.used[1].entry, 0x7777'7000 | all);
}

TEST_F(walk_32bit, sdm_4_1_1_linear_addresses_have_32_bits) {
  EXPECT_EQ(walk(ram, r, 0xffff'ffff'0040'3abc, read).address, 0x7777'7abcu);
}

TEST_F(walk_32bit, sdm_4_3_cr3_holds_bits_31_12) {
  r.cr3 = 0xdead'0000'0000'1fff;
  EXPECT_EQ(walk(ram, r, 0x0040'3abc, read).address, 0x7777'7abcu);
}

TEST_F(walk_32bit, sdm_4_3_pse36_page) {
  r.cpuid.maxphyaddr = 40;
  ram.put4(0x1ffc, 0x1240'0000 | (0xa5u << 13) | large_pat | large | all);  // bits 31:22 = 0x049, 39:32 = 0xa5
  const translation t = walk(ram, r, 0xffe5'4321, read);
  ASSERT_FALSE(t.faults);
  EXPECT_EQ(t.address, 0xa5'1265'4321u);
  EXPECT_EQ(t.page_shift, 22u);
  EXPECT_EQ(t.steps, 1u);
}

TEST_F(walk_32bit, sdm_4_3_ps_is_ignored_without_cr4_pse) {
  r.cr4 = 0;
  ram.put4(0x1004, 0x2000 | large | all);
  EXPECT_EQ(walk(ram, r, 0x0040'3abc, read).address, 0x7777'7abcu);
}

TEST_F(walk_32bit, sdm_4_3_reserved_address_bit) {
  ram.put4(0x1004, (1u << 17) | large | all);  // bit 36 of the address, MAXPHYADDR 36
  const translation t = walk(ram, r, 0x0040'3abc, user_read);
  EXPECT_TRUE(t.faults);
  EXPECT_EQ(t.error_code, 0xdu);
}

TEST_F(walk_32bit, sdm_4_7_not_present_at_each_level) {
  EXPECT_EQ(walk(ram, r, 0x0080'0000, user_write).error_code, 6u);  // PDE 2
  const translation t = walk(ram, r, 0x0040'4000, user_write);      // PTE 4
  EXPECT_TRUE(t.faults);
  EXPECT_EQ(t.error_code, 6u);
  EXPECT_EQ(t.steps, 2u);
  EXPECT_EQ(t.used[1].gpa, 0x2010u);
}

TEST_F(walk_32bit, a_table_in_a_hole_is_not_present_and_a_root_in_one_is_a_shutdown) {
  ram.put4(0x1004, 0x8000'0000 | all);
  ram.size = 0x10000;
  const translation t = walk(ram, r, 0x0040'3abc, read);
  EXPECT_TRUE(t.faults);
  EXPECT_FALSE(t.rootless);
  EXPECT_EQ(t.error_code, 0u);
  r.cr3 = 0x10000;
  EXPECT_TRUE(walk(ram, r, 0x0040'3abc, read).rootless);
}

TEST_F(walk_32bit, sdm_4_8_accessed_and_dirty) {
  const translation reading = walk(ram, r, 0x0040'3abc, read), writing = walk(ram, r, 0x0040'3abc, write_);
  EXPECT_EQ(reading.used[0].set, accessed);
  EXPECT_EQ(reading.used[1].set, accessed);
  EXPECT_EQ(writing.used[0].set, accessed);
  EXPECT_EQ(writing.used[1].set, accessed | dirty);
  ram.put4(0x1004, 0x2000 | all | accessed);
  ram.put4(0x200c, 0x7777'7000 | all | accessed);
  EXPECT_EQ(walk(ram, r, 0x0040'3abc, write_).used[0].set, 0u);
  EXPECT_EQ(walk(ram, r, 0x0040'3abc, write_).used[1].set, dirty);
}

TEST_F(walk_32bit, sdm_4_8_an_access_that_faults_sets_nothing) {
  ram.put4(0x200c, 0x7777'7000 | present | user);
  const translation t = walk(ram, r, 0x0040'3abc, user_write);
  EXPECT_EQ(t.error_code, 7u);
  EXPECT_EQ(t.used[0].set | t.used[1].set, 0u);
  EXPECT_EQ(t.page_shift, 12u);
  EXPECT_FALSE(t.write);
}

// PAE: PDPTE 1 leads to the directory at 0x3000; gva 0x4060_5abc is PDE 3, PTE 5 there.
struct walk_pae : testing::Test {
  walk_pae() {
    ram.put8(0x3018, 0x6000 | all);
    ram.put8(0x6028, 0x9'8765'4000 | all | no_execute);
  }
  guest_ram ram;
  registers r = pae_registers();
};

TEST_F(walk_pae, sdm_4_4_2_4_kib_page) {
  const translation t = walk(ram, r, 0x4060'5abc, user_write);
  ASSERT_FALSE(t.faults);
  EXPECT_EQ(t.address, 0x9'8765'4abcu);
  ASSERT_EQ(t.steps, 2u);
  EXPECT_EQ(t.used[0].gpa, 0x3018u);
  EXPECT_EQ(t.used[0].bytes, 8u);
  EXPECT_EQ(t.used[0].set, accessed);
  EXPECT_EQ(t.used[1].set, accessed | dirty);
  EXPECT_TRUE(t.user && t.write);
  EXPECT_FALSE(t.execute);
}

TEST_F(walk_pae, sdm_4_4_2_each_register_serves_its_gigabyte) {
  const unsigned directories[] = {0x2000, 0x3000, 0, 0x5000};
  for (unsigned i : {0u, 1u, 3u}) {
    const translation t = walk(ram, r, word{i} << 30 | 0x1000, read);
    EXPECT_EQ(t.used[0].gpa, directories[i]);
  }
}

TEST_F(walk_pae, sdm_4_4_2_pdpte_not_present) {
  const translation t = walk(ram, r, 0x8000'0000, user_fetch);
  EXPECT_TRUE(t.faults);
  EXPECT_EQ(t.error_code, 0x14u);
  EXPECT_EQ(t.steps, 0u);
}

TEST_F(walk_pae, sdm_4_4_1_the_loaded_registers_count_not_memory_or_cr3) {
  r.cr3 = 0xffff'f000;
  ram.size = 0x10000;
  EXPECT_EQ(walk(ram, r, 0x4060'5abc, read).address, 0x9'8765'4abcu);
}

TEST_F(walk_pae, a_directory_in_a_hole_is_not_present) {
  r.pdpte[1] = 0x10'0000'0000 | present;
  const translation t = walk(ram, r, 0x4060'5abc, read);
  EXPECT_TRUE(t.faults);
  EXPECT_FALSE(t.rootless);
  EXPECT_EQ(t.error_code, 0u);
}

TEST_F(walk_pae, sdm_4_4_2_2_mib_page) {
  ram.put8(0x3018, 0x9'87e0'0000 | large_pat | large | global | all);
  const translation t = walk(ram, r, 0x4061'2345, read);
  EXPECT_EQ(t.address, 0x9'87e1'2345u);
  EXPECT_EQ(t.page_shift, 21u);
  EXPECT_FALSE(t.global);  // CR4.PGE = 0
  r.cr4 |= x86::cr4::pge;
  EXPECT_TRUE(walk(ram, r, 0x4061'2345, read).global);
}

TEST_F(walk_pae, sdm_4_4_2_reserved_bits_fault_at_the_first_entry_that_has_them) {
  ram.put8(0x3018, (word{1} << 52) | 0x6000 | all);
  ram.put8(0x6028, 0);
  const translation t = walk(ram, r, 0x4060'5abc, write_);
  EXPECT_EQ(t.error_code, 0xbu);
  EXPECT_EQ(t.steps, 1u);
}

TEST_F(walk_pae, sdm_4_6_1_xd_and_4_4_2_xd_without_nxe) {
  EXPECT_EQ(walk(ram, r, 0x4060'5abc, user_fetch).error_code, 0x15u);
  r.efer = 0;
  EXPECT_EQ(walk(ram, r, 0x4060'5abc, user_read).error_code, 0xdu);
}

TEST_F(walk_pae, sdm_4_3_reserved_bits_of_an_absent_entry_are_ignored) {
  ram.put8(0x6028, ~word{1});
  EXPECT_EQ(walk(ram, r, 0x4060'5abc, read).error_code, 0u);
}

// 4-level: gva ffff_8080_c100_6def is PML4E 257, PDPTE 3, PDE 8, PTE 6.
struct walk_4level : testing::Test {
  walk_4level() {
    ram.put8(0x1808, 0x2000 | all);
    ram.put8(0x2018, 0x3000 | all);
    ram.put8(0x3040, 0x4000 | all);
    ram.put8(0x4030, 0x7'6543'2000 | all);
  }
  static constexpr word gva = 0xffff'8080'c100'6def;
  guest_ram ram;
  registers r = level4_registers();
};

TEST_F(walk_4level, sdm_4_5_4_kib_page) {
  const translation t = walk(ram, r, gva, user_write);
  ASSERT_FALSE(t.faults);
  EXPECT_EQ(t.address, 0x7'6543'2defu);
  ASSERT_EQ(t.steps, 4u);
  const unsigned entries[] = {0x1808, 0x2018, 0x3040, 0x4030};
  for (unsigned i = 0; i < 4; ++i) {
    EXPECT_EQ(t.used[i].gpa, entries[i]);
    EXPECT_EQ(t.used[i].set, i == 3 ? accessed | dirty : accessed);
  }
}

TEST_F(walk_4level, sdm_4_5_2_mib_page) {
  ram.put8(0x3040, 0x7'6540'0000 | large | all);
  const translation t = walk(ram, r, gva, write_);
  EXPECT_EQ(t.address, 0x7'6540'6defu);
  EXPECT_EQ(t.page_shift, 21u);
  EXPECT_EQ(t.used[2].set, accessed | dirty);
}

TEST_F(walk_4level, sdm_4_5_1_gib_page) {
  ram.put8(0x2018, 0x7'4000'0000 | large | all);
  const translation t = walk(ram, r, gva, read);
  EXPECT_EQ(t.address, 0x7'4100'6defu);
  EXPECT_EQ(t.page_shift, 30u);
  r.cpuid.gbpages = false;
  EXPECT_EQ(walk(ram, r, gva, read).error_code, 9u);
}

TEST_F(walk_4level, sdm_4_5_ps_in_a_pml4e_is_reserved) {
  ram.put8(0x1808, 0x2000 | all | large);
  EXPECT_EQ(walk(ram, r, gva, read).error_code, 9u);
}

TEST_F(walk_4level, sdm_4_5_bits_62_52_are_ignored) {
  ram.put8(0x4030, bits(62, 52) | 0x7'6543'2000 | all);
  EXPECT_EQ(walk(ram, r, gva, read).address, 0x7'6543'2defu);
}

TEST_F(walk_4level, sdm_4_5_maxphyaddr) {
  r.cpuid.maxphyaddr = 34;
  EXPECT_EQ(walk(ram, r, gva, read).error_code, 9u);
  r.cpuid.maxphyaddr = 35;
  EXPECT_FALSE(walk(ram, r, gva, read).faults);
}

TEST_F(walk_4level, sdm_4_6_1_any_level_may_deny) {
  const unsigned tables[] = {0x1808, 0x2018, 0x3040, 0x4030};
  for (unsigned at : tables) {
    const word entry = ram.read(at, 8);
    ram.put8(at, entry & ~user);
    EXPECT_EQ(walk(ram, r, gva, user_read).error_code, 5u);
    EXPECT_FALSE(walk(ram, r, gva, read).faults);
    ram.put8(at, entry & ~write);
    EXPECT_EQ(walk(ram, r, gva, user_write).error_code, 7u);
    EXPECT_EQ(walk(ram, r, gva, write_).error_code, 3u);
    ram.put8(at, entry | no_execute);
    EXPECT_EQ(walk(ram, r, gva, fetch).error_code, 0x11u);
    ram.put8(at, entry);
  }
}

TEST_F(walk_4level, sdm_4_7_not_present_and_reserved_at_any_level) {
  const unsigned tables[] = {0x1808, 0x2018, 0x3040, 0x4030};
  for (unsigned i = 0; i < 4; ++i) {
    const word entry = ram.read(tables[i], 8);
    ram.put8(tables[i], entry & ~present);
    EXPECT_EQ(walk(ram, r, gva, user_write).error_code, 6u);
    EXPECT_EQ(walk(ram, r, gva, user_write).steps, i + 1);
    ram.put8(tables[i], entry | word{1} << 51);
    EXPECT_EQ(walk(ram, r, gva, user_write).error_code, 15u);
    ram.put8(tables[i], entry);
  }
}

TEST_F(walk_4level, a_root_in_a_hole_is_a_shutdown) {
  ram.size = 0x1000;
  EXPECT_TRUE(walk(ram, r, gva, read).rootless);
}

}  // namespace
}  // namespace umbra::reference::test
