#include <gtest/gtest.h>

#include <set>

#include "models/machine/structure_cache.hpp"
#include "models/machine/tlb.hpp"

namespace umbra::machine {
namespace {

translation of(std::uint64_t page, std::uint16_t vpid = 1, std::uint64_t frame = 7) {
  return {.page = page, .frame = frame, .vpid = vpid};
}

TEST(tlb, finds_by_page_and_vpid) {
  tlb t;
  t.insert(of(5, 1, 50));
  t.insert(of(5, 2, 60));
  ASSERT_NE(t.find(1, 5), nullptr);
  EXPECT_EQ(t.find(1, 5)->frame, 50u);
  EXPECT_EQ(t.find(2, 5)->frame, 60u);
  EXPECT_EQ(t.find(3, 5), nullptr);
  EXPECT_EQ(t.find(1, 6), nullptr);
  EXPECT_EQ(t.size(), 2u);
}

TEST(tlb, a_page_is_cached_once) {
  tlb t;
  for (std::uint64_t n = 0; n < 5; ++n) t.insert(of(5, 1, n));
  EXPECT_EQ(t.size(), 1u);
  EXPECT_EQ(t.find(1, 5)->frame, 4u);
}

TEST(tlb, drops_one_one_vpid_or_all) {
  tlb t;
  for (std::uint64_t n = 0; n < 20; ++n) t.insert(of(n, 1));
  for (std::uint64_t n = 0; n < 20; ++n) t.insert(of(n, 2));
  t.drop(1, 3);
  EXPECT_EQ(t.find(1, 3), nullptr);
  EXPECT_NE(t.find(2, 3), nullptr);
  t.drop_vpid(2);
  EXPECT_EQ(t.find(2, 3), nullptr);
  EXPECT_NE(t.find(1, 4), nullptr);
  t.clear();
  EXPECT_EQ(t.size(), 0u);
}

TEST(tlb, keeps_at_least_two_of_one_set_and_lists_what_it_has) {
  tlb t;
  for (std::uint64_t n = 0; n < 10'000; n += 3) {
    t.insert(of(n));
    ASSERT_NE(t.find(1, n), nullptr);
    if (n >= 3) ASSERT_NE(t.find(1, n - 3), nullptr);
  }
  EXPECT_LE(t.size(), tlb::sets * tlb::ways);
  EXPECT_GT(t.size(), tlb::sets);
  std::set<std::uint64_t> listed;
  t.for_each([&](const translation& e) {
    EXPECT_EQ(t.find(e.vpid, e.page), &e);
    listed.insert(e.page);
  });
  EXPECT_EQ(listed.size(), t.size());
}

TEST(structure_cache, finds_by_level_prefix_and_vpid) {
  structure_cache c;
  constexpr std::uint64_t gva = 0xffff'8123'4567'8000;
  for (std::uint8_t level = 2; level <= 4; ++level) {
    c.insert({.prefix = gva >> structure_cache::shift_of(level), .table = level, .vpid = 1, .level = level});
  }
  for (unsigned level = 2; level <= 4; ++level) {
    const std::uint64_t next = gva + (std::uint64_t{1} << structure_cache::shift_of(level));
    ASSERT_NE(c.find(1, level, gva), nullptr);
    EXPECT_EQ(c.find(1, level, gva)->table, level);
    EXPECT_NE(c.find(1, level, gva + 0xfff), nullptr);
    EXPECT_EQ(c.find(1, level, next), nullptr);
    EXPECT_EQ(c.find(2, level, gva), nullptr);
  }
  c.drop(2, gva);
  EXPECT_EQ(c.size(), 3u);
  c.drop(1, gva);
  EXPECT_EQ(c.size(), 0u);
}

TEST(structure_cache, drops_a_vpid_and_lists_what_it_has) {
  structure_cache c;
  for (std::uint64_t n = 0; n < 8; ++n) {
    c.insert({.prefix = n, .vpid = static_cast<std::uint16_t>(1 + n % 2), .level = 2});
  }
  EXPECT_EQ(c.size(), 8u);
  c.drop_vpid(2);
  unsigned listed = 0;
  c.for_each([&](const structure& s) {
    EXPECT_EQ(s.vpid, 1);
    ++listed;
  });
  EXPECT_EQ(listed, 4u);
}

}  // namespace
}  // namespace umbra::machine
