// Shrinking of trials ends, and gets down to what matters.
#include "tools/triage/probe/simpler_trial.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "fuzz/trial/compose.hpp"
#include "fuzz/trial/raw.hpp"
#include "fuzz/trial/text.hpp"

namespace umbra::tools {
namespace {

template <class Still>
fuzz::trial shrunk(fuzz::trial t, Still still) {
  for (unsigned rounds = 0; rounds < 5000; ++rounds) {
    const auto all = simpler_trials(t);
    const auto next = std::find_if(all.begin(), all.end(), still);
    if (next == all.end()) return t;
    t = *next;
  }
  ADD_FAILURE() << "it goes in circles:\n" << to_text(t);
  return t;
}

TEST(simpler_trial, ends_with_one_byte_that_is_zero_if_all_will_do) {
  for (unsigned seed = 1; seed <= 50; ++seed) {
    fuzz::random chance(seed);
    const fuzz::trial t = shrunk(compose_trial(chance), [](const fuzz::trial&) { return true; });
    EXPECT_EQ(t.length, 1u) << to_text(t);
    EXPECT_EQ(t.code[0], 0u) << to_text(t);
    EXPECT_EQ(t.gpr, decltype(t.gpr){}) << to_text(t);
    EXPECT_EQ(t.mode, fuzz::trial_mode::real) << to_text(t);
    EXPECT_EQ(t.through, fuzz::ordeal::none) << to_text(t);
  }
}

TEST(simpler_trial, keeps_what_matters) {
  fuzz::random chance(3);
  fuzz::trial t = compose_trial(chance);
  t.mode = fuzz::trial_mode::long64;
  t.judge = 0;
  t.length = 4;
  t.code = {0xf0, 0x48, 0x01, 0x03};
  t.gpr[3] = 0x5fed;
  const fuzz::trial least = shrunk(t, [](const fuzz::trial& q) {
    const auto* end = q.code.begin() + q.length;
    return q.mode == fuzz::trial_mode::long64 && std::find(q.code.begin(), end, 0xf0) != end &&
           std::find(q.code.begin(), end, 0x01) != end && (q.gpr[3] & 0x5000) == 0x5000;
  });
  EXPECT_EQ(to_text(least), "umbra-instruction 1\nmode long64\nordeal none\ncode f0 01\nrbx 0x5000\n");
}

}  // namespace
}  // namespace umbra::tools
