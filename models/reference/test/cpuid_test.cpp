// CPUID from a table.
#include <gtest/gtest.h>

#include "models/reference/cpuid.hpp"

namespace umbra::reference::test {
namespace {

constexpr cpuid_row rows[] = {
    {.leaf = 0, .answer = {.eax = 0xb, .ebx = 0x756e'6547}},
    {.leaf = 1, .answer = {.eax = 0x306c3}},
    {.leaf = 4, .subleaf = 0, .has_subleaves = true, .answer = {.eax = 0x121}},
    {.leaf = 4, .subleaf = 1, .has_subleaves = true, .answer = {.eax = 0x122}},
    {.leaf = 0xb, .subleaf = 0, .has_subleaves = true, .answer = {.edx = 77}},
    {.leaf = 0xb, .subleaf = 1, .has_subleaves = true, .answer = {.edx = 78}},
    {.leaf = 0x4000'0000, .answer = {.eax = 0x4000'0001, .ebx = 0x4d56'4b4b}},
    {.leaf = 0x8000'0000, .answer = {.eax = 0x8000'0001}},
    {.leaf = 0x8000'0001, .answer = {.edx = 0x2c10'0800}},
};

word eax(word leaf, word subleaf = 0) { return cpuid_answer(rows, leaf, subleaf).eax; }
word edx(word leaf, word subleaf = 0) { return cpuid_answer(rows, leaf, subleaf).edx; }

TEST(cpuid, answers_leaves_of_the_table) {
  EXPECT_EQ(eax(0), 0xbu);
  EXPECT_EQ(eax(1, 99), 0x306c3u);
  EXPECT_EQ(edx(0x8000'0001), 0x2c10'0800u);
  EXPECT_EQ(cpuid_answer(rows, 0x4000'0000, 0).ebx, 0x4d56'4b4bu);
}

TEST(cpuid, answers_subleaves) {
  EXPECT_EQ(eax(4, 0), 0x121u);
  EXPECT_EQ(eax(4, 1), 0x122u);
  EXPECT_EQ(eax(4, 2), 0u);
}

TEST(cpuid, upper_halves_do_not_count) { EXPECT_EQ(eax(0xffff'ffff'0000'0004, word{1} << 32 | 1), 0x122u); }

TEST(cpuid, a_leaf_within_the_limits_that_the_table_lacks_is_zero) {
  EXPECT_EQ(eax(7), 0u);
  EXPECT_EQ(edx(7), 0u);
}

TEST(cpuid, a_leaf_beyond_the_limits_is_answered_as_the_highest_basic_one) {
  EXPECT_EQ(edx(0xc), 77u);
  EXPECT_EQ(edx(0xc, 1), 78u);
  EXPECT_EQ(edx(0x8000'0002, 1), 78u);
  EXPECT_EQ(edx(0x2000'0000), 77u);
  EXPECT_EQ(edx(0xc000'0000), 77u);
  EXPECT_EQ(edx(0x4000'0001), 0u);
}

TEST(cpuid, without_extended_leaves_all_of_them_are_beyond) {
  EXPECT_EQ(cpuid_answer(cpuid_table(rows).first(6), 0x8000'0000, 0).edx, 77u);
}

}  // namespace
}  // namespace umbra::reference::test
