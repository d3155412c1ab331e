// From a checkpoint a program goes on as if it had run from the start.
#include "fuzz/world/checkpoint.hpp"
#include "fuzz/mutator/mutator.hpp"
#include "fuzz/world/test/programs.hpp"

namespace umbra::fuzz {
namespace {

/// Runs a program to its end, saving after some ops.
bool run_and_save(world& w, const program& p, std::size_t after, world::checkpoint& to) {
  bool well = w.start(p.setup);
  for (std::size_t n = 0; well && n < p.ops.size(); ++n) {
    well = w.step(p.ops[n]);
    if (n + 1 == after) w.save(to);
  }
  return w.finish() && well;
}

bool go_on(world& w, const program& p, const world::checkpoint& from) {
  w.restore(from);
  bool well = true;
  for (std::size_t n = w.done(); well && n < p.ops.size(); ++n) well = w.step(p.ops[n]);
  return w.finish() && well;
}

class checkpoints : public testing::TestWithParam<bool> {};

TEST_P(checkpoints, give_the_same_trace) {
  const auto w = std::make_unique<world>();
  w->check_each(GetParam());
  const auto kept = std::make_unique<world::checkpoint>();
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    const program p = generate(seed, 24), other = generate(seed + 1000);
    // Races that are armed are no part of a checkpoint.
    std::size_t after = 1 + seed % p.ops.size();
    while (after > 1 && p.ops[after - 1].kind == kind::race) --after;
    if (p.ops[after - 1].kind == kind::race) continue;
    ASSERT_TRUE(run_and_save(*w, p, after, *kept)) << last(*w);
    const std::uint64_t trace = w->trace();
    const unsigned live = w->counts().live_pages;
    ASSERT_TRUE(go_on(*w, p, *kept)) << last(*w);
    EXPECT_EQ(w->trace(), trace) << "seed " << seed << ", after op " << after;
    EXPECT_EQ(w->counts().live_pages, live);
    ASSERT_TRUE(w->run(other)) << last(*w);
    ASSERT_TRUE(go_on(*w, p, *kept)) << last(*w);
    EXPECT_EQ(w->trace(), trace) << "seed " << seed << ", after another program";
  }
}

INSTANTIATE_TEST_SUITE_P(, checkpoints, testing::Bool(),
                         [](const auto& i) { return i.param ? "checked_fully_each_time" : "checked_step_by_step"; });

TEST(checkpoint, is_not_harmed_by_what_was_found_since) {
  const auto w = std::make_unique<world>();
  const auto kept = std::make_unique<world::checkpoint>();
  const program p = parsed("start level4\nscene 1\nread 0x400000 8\nwrite 0x400000 8 = 1\n");
  ASSERT_TRUE(run_and_save(*w, p, 1, *kept));
  const std::uint64_t trace = w->trace();
  w->restore(*kept);
  memory::frame* f = w->shadow().memory().frame_at({machine::first_guest_frame + 0x90});
  f->rmap = 0;
  EXPECT_FALSE(w->finish());
  ASSERT_NE(w->last_finding(), nullptr);
  EXPECT_TRUE(go_on(*w, p, *kept)) << last(*w);
  EXPECT_EQ(w->trace(), trace);
}

TEST(checkpoint, counts_no_op_twice) {
  const auto w = std::make_unique<world>();
  const auto kept = std::make_unique<world::checkpoint>();
  const program p = parsed("start level4\nscene 1\nread 0x400000 8\nread 0x401000 8\nread 0x402000 8\n");
  ASSERT_TRUE(run_and_save(*w, p, 2, *kept));
  EXPECT_EQ(w->counts().effective, 3u);
  ASSERT_TRUE(go_on(*w, p, *kept));
  EXPECT_EQ(w->counts().effective, 4u);
  EXPECT_EQ(w->counts().programs, 2u);
}

}  // namespace
}  // namespace umbra::fuzz
