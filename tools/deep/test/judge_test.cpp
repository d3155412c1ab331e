// A state that is right is found right for every access; with one thing planted, the address at stake is named.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/deep/judge.hpp"
#include "tools/deep/verdict.hpp"

namespace umbra::tools {
namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t p = 1, w = 2, u = 4, a = 0x20, d = 0x40;
constexpr std::uint64_t pg = 0x8000'0000, pe = 1, wp = 0x1'0000;
constexpr std::uint64_t pae = 0x20, lme = 0x100, lma = 0x400, nxe = 0x800;

constexpr std::uint64_t root = 0x2'6c00'0000, backing = 0x1'5a00'0000;

/// 4-level tables in guest frames 1 to 4: page 0 of the address space is frame 5, writable; page 1 is frame 6,
/// read-only; page 511 is the page table itself. The shadow has them all.
snapshot small_world() {
  snapshot s;
  s.input = "small";
  s.cpu = {36, true, true, true, true, true};
  s.slots = {{0, 16, backing, false}};
  snapshot::vcpu v;
  v.guest = {pg | wp | pe, 1 << 12, pae, lme | lma | nxe, {}};
  v.hardware = {pg | wp | pe, root << 12, pae, lme | lma | nxe, {}};
  s.vcpus = {v};
  const auto gpa = [](std::uint64_t frame) { return frame << 12; };
  const auto hpa = [](std::uint64_t frame) { return (backing + frame) << 12; };
  for (std::uint64_t n = 1; n < 4; ++n) {
    s.memory[backing + n][0] = gpa(n + 1) | p | w | u | a;
    s.tables[root + n - 1][0] = (root + n) << 12 | p | w | u;
  }
  s.memory[backing + 4] = {{0, gpa(5) | p | w | u | a | d}, {1, gpa(6) | p | u | a}, {511, gpa(4) | p | w | u | a}};
  s.tables[root + 3] = {{0, hpa(5) | p | w | u}, {1, hpa(6) | p | u}, {511, hpa(4) | p | u}};
  s.shadowed = {backing + 1, backing + 2, backing + 3, backing + 4};
  return s;
}

smt::exploration judged(const snapshot& s) { return smt::explore(every_access_of(s, 0)); }

void expect_refuted(const snapshot& s, const char* what, const char* where) {
  const smt::exploration e = judged(s);
  EXPECT_EQ(e.failed, smt::failure_kind::none) << e.what;
  ASSERT_TRUE(e.refuted);
  EXPECT_THAT(e.what, HasSubstr(what));
  ASSERT_FALSE(e.cases.empty());
  EXPECT_THAT(e.cases.front(), HasSubstr(where));
}

TEST(deep, a_sound_state_holds_and_something_was_asked) {
  const smt::exploration e = judged(small_world());
  EXPECT_TRUE(e.sound()) << e.what << (e.cases.empty() ? "" : e.cases.front());
  EXPECT_GT(e.done.paths, 0u);
  EXPECT_GT(e.done.discharged, 0u);
}

TEST(deep, finds_a_right_that_the_guest_denies) {
  snapshot s = small_world();
  s.tables[root + 3][1] |= w;
  expect_refuted(s, "I2", "write at gva 0x1000");
}

TEST(deep, finds_a_right_that_an_upper_table_denies) {
  snapshot s = small_world();
  s.memory[backing + 2][0] &= ~u;
  expect_refuted(s, "I2", "by CPL 3");
}

TEST(deep, finds_another_frame) {
  snapshot s = small_world();
  s.tables[root + 3][0] += 1 << 12;
  expect_refuted(s, "I1", "at gva 0 ");
}

TEST(deep, finds_a_page_that_the_guest_does_not_have) {
  snapshot s = small_world();
  s.tables[root + 3][2] = s.tables[root + 3][0];
  expect_refuted(s, "I2", "at gva 0x2000");
}

TEST(deep, finds_a_writable_table) {
  snapshot s = small_world();
  s.tables[root + 3][511] |= w;
  s.memory[backing + 4][511] |= d;
  expect_refuted(s, "I3", "write at gva 0x1ff000");
}

TEST(deep, finds_a_write_before_the_dirty_bit) {
  snapshot s = small_world();
  s.memory[backing + 4][0] &= ~d;
  expect_refuted(s, "I9", "write at gva 0 ");
}

TEST(deep, finds_a_write_that_a_log_misses) {
  snapshot s = small_world();
  s.unlogged = {backing + 5};
  expect_refuted(s, "I4", "write at gva 0 ");
}

TEST(deep, finds_a_way_out_of_the_tables) {
  snapshot s = small_world();
  s.tables.erase(root + 2);
  expect_refuted(s, "I10", "at gva 0 ");
}

TEST(deep, claims_nothing_of_an_entry_that_may_lag_behind) {
  snapshot s = small_world();
  s.tables[root + 3][1] |= w;
  s.suspended = {{root + 3, 1}};
  EXPECT_TRUE(judged(s).sound());
}

TEST(deep, a_snapshot_survives_its_file) {
  const snapshot s = small_world();
  EXPECT_EQ(to_json(snapshot_of(to_json(s))), to_json(s));
  EXPECT_ANY_THROW(snapshot_of("{}"));
}

TEST(deep_verdict, a_disagreement_with_the_run_is_named) {
  deep_verdict v{.input = "i", .concrete = "", .vcpus = {smt::exploration{}}};
  EXPECT_TRUE(v.agrees());
  v.vcpus[0].refuted = true;
  EXPECT_FALSE(v.agrees());
  EXPECT_THAT(deep_table({v}), HasSubstr("REFUTED, and the run saw nothing"));
  v.concrete = "I2";
  EXPECT_TRUE(v.agrees());
  v.vcpus[0] = {};
  v.vcpus[0].failed = smt::failure_kind::unknown;
  EXPECT_FALSE(v.agrees());
  EXPECT_THAT(deep_table({v}), HasSubstr("NOT JUDGED"));
}

}  // namespace
}  // namespace umbra::tools
