// What CPUID tells a guest.
#include "core/vcpu/cpuid.hpp"

#include <gtest/gtest.h>

#include <string>

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
  for (const word beyond : {word{8}, word{0x4000'0000}, word{0x8000'0009}, word{0xffff'ffff}}) {
    EXPECT_EQ(t.find(beyond, 0).ebx, t.find(7, 0).ebx) << beyond;
  }
}

}  // namespace
}  // namespace umbra::vcpu
