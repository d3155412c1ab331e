// No program of ops makes the core break a promise.
#include "fuzz/world/world.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "fuzz/ops/codec.hpp"
#include "fuzz/properties/arbitrary.hpp"
#include "fuzz/properties/keep.hpp"

namespace umbra::fuzz::properties {
namespace {

/// Worlds are costly to make and cheap to start.
world& earth() {
  static world w;
  return w;
}

std::uint64_t trace_of(const program& p, bool check_each) {
  world& w = earth();
  w.check_each(check_each);
  if (!w.run(p)) {
    const finding& f = *w.last_finding();
    const std::string path = keep("no-finding", p);
    const std::string where = f.op == finding::before_first ? "before the first op"
                              : f.op == finding::at_end     ? "at the end"
                                                            : "at op " + std::to_string(f.op);
    RC_FAIL(std::string(f.id) + " " + where + ": " + f.text + "\nThe program is in " + path);
  }
  return w.trace();
}

RC_GTEST_PROP(world, has_no_finding_for_any_program, (const program& p)) { trace_of(p, true); }

RC_GTEST_PROP(world, gives_one_trace_for_one_program, (const program& p, const program& other)) {
  const std::uint64_t first = trace_of(p, false);
  trace_of(other, false);
  RC_ASSERT(trace_of(decode(encode(p)), true) == first);
}

// A property that nothing reaches holds. So the drawn programs must do something.
TEST(world, drawn_programs_do_enough) {
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
