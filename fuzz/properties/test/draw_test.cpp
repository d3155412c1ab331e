// Drawn programs are worth running.
#include "fuzz/properties/draw.hpp"

#include <gtest/gtest.h>

#include <cstdio>

#include "fuzz/world/world.hpp"

namespace umbra::fuzz::properties {
namespace {

// A property that nothing reaches holds. So the drawn programs must do something.
TEST(draw, makes_programs_that_do_enough) {
  world w;
  std::uint64_t live_pages = 0;
  constexpr unsigned programs = 300;
  for (unsigned seed = 0; seed < programs; ++seed) {
    w.run(draw(seed, 60));
    live_pages += w.counts().live_pages;
  }
  const tally& t = w.counts();
  std::printf(
      "%u programs: %.1f ops each, %.1f of them effective, %.0f%% fault or write a table, %.1f live pages, "
      "%llu stale outcomes, %llu races, %llu guest faults\n",
      programs, double(t.ops) / programs, double(t.effective) / programs,
      100. * double(t.fault_or_table) / double(t.effective), double(live_pages) / programs,
      static_cast<unsigned long long>(t.stale), static_cast<unsigned long long>(t.races),
      static_cast<unsigned long long>(t.guest_faults));
  EXPECT_GE(t.effective, 24 * programs);
  EXPECT_GE(3 * t.fault_or_table, t.effective);
  EXPECT_GE(live_pages, 12 * programs);
  EXPECT_GE(t.stale, programs / 10);
  EXPECT_GE(t.races, programs);
}

}  // namespace
}  // namespace umbra::fuzz::properties
