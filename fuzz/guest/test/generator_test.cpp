// The scenes: reproducible, within their bounds, and safe for the machine that runs them.
#include "fuzz/guest/shared/generator.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "fuzz/guest/host/expectation.hpp"

namespace umbra::opguest {
namespace {

constexpr environment machines[] = {
    {.maxphyaddr = 40,
     .no_execute = true,
     .long_mode = true,
     .gbpages = true,
     .smep = true,
     .smap = true,
     .far_memory = true},
    {.maxphyaddr = 52,
     .no_execute = true,
     .long_mode = true,
     .gbpages = true,
     .smep = true,
     .smap = true,
     .far_memory = true},
    {.maxphyaddr = 36,
     .no_execute = true,
     .long_mode = true,
     .gbpages = false,
     .smep = false,
     .smap = true,
     .far_memory = true},
    {.maxphyaddr = 32,
     .no_execute = true,
     .long_mode = true,
     .gbpages = true,
     .smep = true,
     .smap = true,
     .far_memory = false},
    {.maxphyaddr = 36,
     .no_execute = true,
     .long_mode = false,
     .gbpages = false,
     .smep = true,
     .smap = false,
     .far_memory = true},
};

class Scenes : public testing::TestWithParam<environment> {
 protected:
  static constexpr std::uint32_t count = 400;
  template <class Visitor>
  void each(Visitor&& visit) {
    const generator made{GetParam(), 11};
    const windows w = draw_windows(11, 0);
    const auto s = std::make_unique<scene>();
    for (std::uint32_t number = 0; number < count; ++number) {
      made.make(number, w, *s);
      visit(number, *s, w);
    }
  }
};

TEST_P(Scenes, AreTheSameEachTime) {
  std::vector<std::uint32_t> first, second;
  each([&](std::uint32_t, const scene& s, const windows&) { first.push_back(digest(s)); });
  each([&](std::uint32_t, const scene& s, const windows&) { second.push_back(digest(s)); });
  EXPECT_EQ(first, second);
  EXPECT_EQ(std::set<std::uint32_t>(first.begin(), first.end()).size(), first.size());
}

TEST_P(Scenes, KeepTheirBounds) {
  each([&](std::uint32_t number, const scene& s, const windows&) {
    ASSERT_LT(s.sites_used, scene::max_sites) << number;
    ASSERT_LE(s.tables_used, scene::max_tables) << number;
    ASSERT_LE(s.probes_used, scene::max_probes) << number;
    for (unsigned i = 0; i < s.sites_used; ++i) {
      ASSERT_TRUE(layout::is_memory(s.sites[i].gpa));
      ASSERT_EQ(s.sites[i].gpa % s.entry_bytes, 0u);
      if (s.entry_bytes == 4) {
        ASSERT_EQ(s.sites[i].value >> 32, 0u);
      }
    }
  });
}

/// A machine that follows the model fetches from data frames only, reads and writes beyond memory or there, and never
/// meets a table that the scene does not own.
TEST_P(Scenes, LeadToDataFramesOrBeyondMemory) {
  table_memory memory;
  each([&](std::uint32_t number, const scene& s, const windows& w) {
    std::set<std::uint64_t> frames;
    for_each_data_frame(GetParam(), w, [&](std::uint64_t frame) { frames.insert(frame); });
    memory.load(s);
    for (unsigned i = 0; i < s.probes_used; ++i) {
      const probe& p = s.probes[i];
      const auto t = reference::walk(memory, registers_for(GetParam(), s, p), p.gva, access_for(p));
      ASSERT_FALSE(memory.take_strayed()) << number;
      if (t.faults) continue;
      const bool tagged = frames.count(t.address & ~word{0xfff}) != 0;
      ASSERT_TRUE(tagged || (!layout::is_memory(t.address) && p.what != kind::fetch)) << number << ' ' << i;
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Machines, Scenes, testing::ValuesIn(machines), [](const auto& each) {
  return std::to_string(each.param.maxphyaddr) + "Bits" + std::to_string(each.index);
});

TEST(Windows, AlwaysHoldFirstAndLastEntries) {
  for (std::uint32_t epoch = 0; epoch < 20; ++epoch) {
    const windows w = draw_windows(3, epoch);
    for (const auto& set : {w.directory, w.wide}) {
      EXPECT_EQ(std::count(set, set + windows::size, 0) > 0, true);
      EXPECT_EQ(std::count(set, set + windows::size, 511) > 0, true);
    }
    EXPECT_GT(std::count(w.narrow, w.narrow + windows::size, 1023), 0);
    EXPECT_EQ(std::count(w.directory, w.directory + windows::size, wide_image_index), 0);
  }
}

}  // namespace
}  // namespace umbra::opguest
