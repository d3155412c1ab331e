// The comparison of a guest's results with the model: silent when they agree, loud at each kind of deviation.
#include "fuzz/guest/host/compare.hpp"

#include <gtest/gtest.h>

#include "core/x86/entry.hpp"
#include "core/x86/page_fault.hpp"
#include "fuzz/guest/test/fake_guest.hpp"

namespace umbra::opguest {
namespace {

constexpr environment full{.maxphyaddr = 40,
                           .no_execute = true,
                           .long_mode = true,
                           .gbpages = true,
                           .smep = true,
                           .smap = true,
                           .far_memory = true};

constexpr std::uint32_t scenes = 40;

tally compared(const fake_guest::spoiler& spoil) {
  fake_guest guest{full, 5};
  guest.run(scenes, spoil);
  guest.end();
  byte_source bytes = guest.source();
  return compare(bytes, engine_kind::qemu, [](auto&&...) {});
}

TEST(Compare, AcceptsWhatTheModelSays) {
  const tally sums = compared({});
  EXPECT_EQ(sums.scenes, scenes);
  EXPECT_GT(sums.translations, 40u * 128);
  EXPECT_EQ(sums.different, 0u);
  EXPECT_EQ(sums.unexplained, 0u);
}

TEST(Compare, CoversEveryFormatKindAndCpl) {
  const tally sums = compared({});
  for (const auto count : sums.by_format) EXPECT_GT(count, 0u);
  for (const auto count : sums.by_kind) EXPECT_GT(count, 0u);
  for (const auto count : sums.by_cpl) EXPECT_GT(count, 0u);
  EXPECT_GT(sums.faults, sums.translations / 10);
  EXPECT_LT(sums.faults, sums.translations / 10 * 7);
  EXPECT_GT(sums.entry_changes, sums.translations / 20);
  EXPECT_GT(sums.shapes.size(), 1000u);
}

/// Each spoiler hits at least one access, and each access that it hits is a finding.
struct spoilt_case {
  const char* name;
  bool (*spoil)(const probe&, const reference::translation&, result&);
};

class Spoilt : public testing::TestWithParam<spoilt_case> {};

TEST_P(Spoilt, IsFound) {
  std::uint64_t hits = 0;
  const tally sums = compared([&hits](const scene&, const probe& p, const reference::translation& t, result& r) {
    hits += GetParam().spoil(p, t, r);
  });
  EXPECT_GT(hits, 0u);
  EXPECT_EQ(sums.unexplained, hits);
}

bool in_memory(const reference::translation& t) { return layout::is_memory(t.address); }

constexpr spoilt_case spoilt_cases[] = {
    {"FaultMissed",
     [](const probe& p, const reference::translation& t, result& r) {
       if (!t.faults || p.what == kind::implicit) return false;
       r.exception = false;
       return true;
     }},
    {"FaultInvented",
     [](const probe&, const reference::translation& t, result& r) {
       if (t.faults) return false;
       r.exception = true;
       return true;
     }},
    {"AnotherException",
     [](const probe&, const reference::translation& t, result& r) {
       if (!t.faults) return false;
       r.vector = 13;
       return true;
     }},
    {"ErrorCodeWithoutUser",
     [](const probe&, const reference::translation& t, result& r) {
       if (!t.faults || !(t.error_code & x86::page_fault::user)) return false;
       r.error &= static_cast<std::uint16_t>(~x86::page_fault::user);
       return true;
     }},
    {"ErrorCodeWithoutReserved",
     [](const probe&, const reference::translation& t, result& r) {
       if (!t.faults || !(t.error_code & x86::page_fault::reserved)) return false;
       r.error &= static_cast<std::uint16_t>(~x86::page_fault::reserved);
       return true;
     }},
    {"AddressElsewhere",
     [](const probe&, const reference::translation& t, result& r) {
       r.other_address = t.faults;
       return static_cast<bool>(t.faults);
     }},
    {"FrameNextDoor",
     [](const probe&, const reference::translation& t, result& r) {
       if (t.faults || !in_memory(t)) return false;
       r.tag ^= 1;
       return true;
     }},
    {"WriteLost",
     [](const probe& p, const reference::translation& t, result& r) {
       r.lost_write = p.what == kind::write && !t.faults && in_memory(t);
       return r.lost_write;
     }},
    {"NothingSet",
     [](const probe&, const reference::translation&, result& r) {
       const bool any = !r.changes.empty();
       r.changes.clear();
       return any;
     }},
    {"DirtyForgotten",
     [](const probe&, const reference::translation&, result& r) {
       bool any = false;
       for (result::change& c : r.changes) {
         any |= c.flipped == (x86::entry::accessed | x86::entry::dirty);
         if (c.flipped == (x86::entry::accessed | x86::entry::dirty)) c.flipped = x86::entry::accessed;
       }
       return any;
     }},
    {"EntryOffThePathTouched",
     [](const probe&, const reference::translation& t, result& r) {
       if (!t.faults || t.steps != 1) return false;
       r.changes.push_back({0, x86::entry::pcd});  // of the trampoline's path
       return true;
     }},
};

INSTANTIATE_TEST_SUITE_P(Compare, Spoilt, testing::ValuesIn(spoilt_cases),
                         [](const auto& each) { return each.param.name; });

TEST(Compare, KnowsThatQemuLeavesOutP) {
  std::uint64_t hits = 0;
  const tally sums = compared([&hits](const scene&, const probe&, const reference::translation& t, result& r) {
    if (!t.faults || !(t.error_code & x86::page_fault::reserved)) return;
    r.error &= static_cast<std::uint16_t>(~x86::page_fault::present);
    ++hits;
  });
  EXPECT_GT(hits, 0u);
  EXPECT_EQ(sums.different, hits);
  EXPECT_EQ(sums.unexplained, 0u);
}

TEST(Compare, RefusesAStreamThatIsCutOff) {
  fake_guest guest{full, 5};
  guest.run(2);
  byte_source bytes = guest.source();
  EXPECT_THROW(compare(bytes, engine_kind::qemu, [](auto&&...) {}), broken_stream);
}

TEST(Compare, RefusesOtherScenes) {
  fake_guest guest{full, 5};
  guest.run(1);
  guest.bytes().back() ^= 1;  // the digest
  guest.end();
  byte_source bytes = guest.source();
  EXPECT_THROW(compare(bytes, engine_kind::qemu, [](auto&&...) {}), broken_stream);
}

}  // namespace
}  // namespace umbra::opguest
