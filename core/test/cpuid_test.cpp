// What CPUID tells a guest.
#include "core/vcpu/cpuid.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace umbra::vcpu {
namespace {

TEST(cpuid, a_vendor_and_a_last_leaf) {
  const cpuid_result r = cpuid_table({}, 0).find(0, 0);
  EXPECT_EQ(r.eax, 7u);
  std::string vendor;
  for (const word part : {r.ebx, r.edx, r.ecx}) {
    for (unsigned n = 0; n < 4; ++n) vendor += static_cast<char>(part >> 8 * n);
  }
  EXPECT_EQ(vendor, "GenuineIntel");
  EXPECT_EQ(cpuid_table({}, 0).find(0x8000'0000, 0).eax, 0x8000'0008u);
}

TEST(cpuid, features_are_those_that_the_vcpu_has) {
  const cpuid_table all({.maxphyaddr = 40}, 0);
  const cpuid_table none(
      {.maxphyaddr = 32, .nx = false, .long_mode = false, .gbpages = false, .smep = false, .smap = false}, 0);
  EXPECT_EQ(all.find(7, 0).ebx, 1u << 7 | 1u << 20);
  EXPECT_EQ(none.find(7, 0).ebx, 0u);
  EXPECT_EQ(all.find(0x8000'0001, 0).edx, 1u << 20 | 1u << 26 | 1u << 29);
  EXPECT_EQ(none.find(0x8000'0001, 0).edx, 0u);
  EXPECT_EQ(all.find(0x8000'0008, 0).eax, 40u | 48u << 8);
  EXPECT_EQ(none.find(0x8000'0008, 0).eax, 32u | 48u << 8);
}

TEST(cpuid, says_nothing_else) {
  const cpuid_table t({}, 0);
  const auto others = [&](word leaf, unsigned meant) {
    const cpuid_result r = t.find(leaf, 0);
    const word all[] = {r.eax, r.ebx, r.ecx, r.edx};
    word sum = 0;
    for (unsigned n = 0; n < 4; ++n) sum |= (meant >> n & 1) != 0 ? word{0} : all[n];
    return sum;
  };
  constexpr unsigned eax = 1, ebx = 2, edx = 8;
  EXPECT_EQ(others(1, eax | ebx | edx), 0u);
  EXPECT_EQ(others(7, ebx), 0u);
  EXPECT_EQ(others(0x8000'0000, eax), 0u);
  EXPECT_EQ(others(0x8000'0001, edx), 0u);
  EXPECT_EQ(others(0x8000'0008, eax), 0u);
}

TEST(cpuid, a_processor_of_family_6_with_what_all_of_them_have) {
  const cpuid_result r = cpuid_table({}, 0).find(1, 0);
  EXPECT_EQ(r.eax >> 8 & 0xf, 6u);
  EXPECT_EQ(r.ecx, 0u);
  std::vector<unsigned> has;
  for (unsigned n = 0; n < 32; ++n) {
    if (r.edx >> n & 1) has.push_back(n);
  }
  // FPU DE PSE TSC MSR PAE CX8 SEP MTRR PGE CMOV PAT PSE-36 FXSR SSE SSE2 (SDM 2A, table 3-11)
  EXPECT_EQ(has, (std::vector<unsigned>{0, 2, 3, 4, 5, 6, 8, 11, 12, 13, 15, 16, 17, 24, 25, 26}));
}

TEST(cpuid, vcpus_are_told_apart) { EXPECT_EQ(cpuid_table({}, 5).find(1, 0).ebx, 5u << 24); }

TEST(cpuid, leaves_without_subleaves_ignore_them) {
  const cpuid_table t({}, 0);
  EXPECT_EQ(t.find(1, 9).edx, t.find(1, 0).edx);
  EXPECT_EQ(t.find(7, 1).ebx, 0u);
}

TEST(cpuid, leaves_between_those_with_a_meaning_are_zero_and_those_beyond_repeat_the_last_basic_one) {
  const cpuid_table t({}, 0);
  EXPECT_EQ(t.find(2, 0).eax, 0u);
  EXPECT_EQ(t.find(0x8000'0002, 0).eax, 0u);
  for (const word beyond : {word{8}, word{0x2000'0000}, word{0x8000'0009}, word{0xffff'ffff}}) {
    EXPECT_EQ(t.find(beyond, 0).ebx, t.find(7, 0).ebx) << beyond;
  }
  EXPECT_EQ(t.find(0x4000'0000, 0).ebx, 0u) << "processors say nothing of software's leaves";
}

// --- a VMM's table ---

constexpr std::uint32_t smep = 1u << 7, nx = 1u << 20, syscall = 1u << 11, long_mode = 1u << 29, apic = 1u << 9;

std::vector<cpuid_row> rows() {
  return {{.leaf = 0, .eax = 0xd, .ebx = 1, .ecx = 2, .edx = 3},
          {.leaf = 1, .eax = 0x306c3, .ecx = 1u << 27 | 1u << 31, .edx = apic | 1},
          {.leaf = 4, .subleaf = 0, .has_subleaves = true, .eax = 40},
          {.leaf = 4, .subleaf = 3, .has_subleaves = true, .eax = 43},
          {.leaf = 7, .subleaf = 0, .has_subleaves = true, .ebx = smep, .ecx = 1u << 4 | 1u << 2},
          {.leaf = 0xd, .eax = 0xdd},
          {.leaf = 0x4000'0000, .eax = 0x4000'0001, .ebx = 0x12345678},
          {.leaf = 0x8000'0000, .eax = 0x8000'0008},
          {.leaf = 0x8000'0001, .edx = nx | syscall | long_mode},
          {.leaf = 0x8000'0008, .eax = 39 | 48 << 8}};
}

TEST(cpuid, a_vmms_rows_answer_by_leaf_and_subleaf) {
  cpuid_table t({}, 0);
  ASSERT_TRUE(t.set(rows()));
  EXPECT_EQ(t.find(0, 7).ebx, 1u);
  EXPECT_EQ(t.find(4, 0).eax, 40u);
  EXPECT_EQ(t.find(4, 3).eax, 43u);
  EXPECT_EQ(t.find(4, 1).eax, 0u) << "a sub-leaf that there is not";
  EXPECT_EQ(t.find(0x4000'0000, 0).ebx, 0x12345678u);
  EXPECT_EQ(t.find(0x4000'0002, 0).eax, 0u);
  EXPECT_EQ(t.find(0xe, 0).eax, 0xddu);
  EXPECT_EQ(t.find(0x8000'0009, 0).eax, 0xddu);
  ASSERT_TRUE(t.set({}));
  EXPECT_EQ(t.find(1, 0).eax, 0u);
}

TEST(cpuid, some_bits_follow_the_registers) {
  cpuid_table t({}, 0);
  ASSERT_TRUE(t.set(rows()));
  EXPECT_EQ(t.find(1, 0, {.apic_enabled = true}).edx, apic | 1u);
  EXPECT_EQ(t.find(1, 0, {.apic_enabled = false}).edx, 1u);
  EXPECT_EQ(t.find(1, 0).ecx, 1u << 31) << "without CR4.OSXSAVE";
  EXPECT_EQ(t.find(7, 0).ecx, 1u << 2) << "without CR4.PKE";
  EXPECT_EQ(t.find(0x8000'0001, 0, {.long_code = true}).edx, nx | syscall | long_mode);
  EXPECT_EQ(t.find(0x8000'0001, 0, {.long_code = false}).edx, nx | long_mode);
}

TEST(cpuid, a_table_has_an_end) {
  cpuid_table t({}, 0);
  EXPECT_GE(cpuid_table::limit, 40u);
  std::vector<cpuid_row> many(cpuid_table::limit + 1);
  EXPECT_FALSE(t.set(many));
  EXPECT_EQ(t.find(0, 0).eax, 7u) << "nothing has changed";
  many.pop_back();
  EXPECT_TRUE(t.set(many));
}

TEST(cpuid, features_are_what_the_rows_promise) {
  x86::features f;
  ASSERT_TRUE(promised(rows(), f));
  EXPECT_EQ(f.maxphyaddr, 39u);
  EXPECT_TRUE(f.nx && f.long_mode && f.smep);
  EXPECT_FALSE(f.gbpages || f.smap || f.machine_check);
  auto checked = rows();
  checked[1].edx |= 1u << 14;
  ASSERT_TRUE(promised(checked, f));
  EXPECT_TRUE(f.machine_check);
  auto cut = rows();
  cut[0].eax = 6;
  cut[7].eax = 0x8000'0000;
  ASSERT_TRUE(promised(cut, f));
  EXPECT_FALSE(f.nx || f.long_mode || f.smep) << "beyond the last leaf";
  EXPECT_EQ(f.maxphyaddr, 36u);
  for (const std::uint32_t width : {0u, 31u, 53u, 255u}) {
    auto wrong = rows();
    wrong.back().eax = width;
    EXPECT_FALSE(promised(wrong, f)) << width;
  }
}

}  // namespace
}  // namespace umbra::vcpu
