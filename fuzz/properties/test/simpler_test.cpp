// Shrinking ends, stays canonical, and gets down to what matters.
#include "fuzz/properties/simpler.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "fuzz/ops/text.hpp"
#include "fuzz/properties/draw.hpp"

namespace umbra::fuzz::properties {
namespace {

/// Follows the first simpler program that `still` accepts until there is none, as rapidcheck does.
template <class Still>
program shrunk(program p, Still still) {
  for (unsigned rounds = 0;; ++rounds) {
    EXPECT_LT(rounds, 5000u) << "it goes in circles:\n" << to_text(p);
    if (rounds >= 5000) return p;
    auto candidates = simpler(p);
    bool found = false;
    while (const auto next = candidates.next()) {
      program canonical_next = *next;
      canonicalise(canonical_next);
      EXPECT_TRUE(canonical_next == *next) << to_text(*next);
      if (!still(*next)) continue;
      p = *next;
      found = true;
      break;
    }
    if (!found) return p;
  }
}

TEST(simpler, ends_with_nothing_if_all_programs_will_do) {
  for (unsigned seed = 0; seed < 100; ++seed) {
    const program p = shrunk(draw_anything(seed, 20), [](const program&) { return true; });
    EXPECT_TRUE(p.ops.empty());
  }
}

TEST(simpler, ends_with_the_simplest_op_of_each_kind) {
  for (unsigned seed = 0; seed < 100; ++seed) {
    const std::size_t ops = draw_anything(seed, 10).ops.size();
    const program p = shrunk(draw_anything(seed, 10), [ops](const program& q) { return q.ops.size() == ops; });
    for (const op& o : p.ops) {
      EXPECT_EQ(o.address, 0u) << to_text(o);
      EXPECT_EQ(o.value, 0u) << to_text(o);
      EXPECT_EQ(o.count, 0u) << to_text(o);
      EXPECT_EQ(o.index, 0u) << to_text(o);
      EXPECT_TRUE(o.kind != kind::write && o.kind != kind::fetch && o.kind != kind::exhaust && o.kind != kind::poke)
          << to_text(o);
    }
  }
}

TEST(simpler, keeps_what_matters) {
  program p = draw(7, 100);
  op needed;
  needed.kind = kind::write;
  needed.address = 0x1abc8;
  needed.value = 0xdead67;
  needed.by = {3, true, false};
  p.ops.insert(p.ops.begin() + static_cast<std::ptrdiff_t>(p.ops.size() / 2), needed);
  p.setup.smap = true;
  const program least = shrunk(p, [](const program& q) {
    return q.setup.smap && std::any_of(q.ops.begin(), q.ops.end(), [](const op& o) {
             return o.kind == kind::write && (o.address & 0x1a000) == 0x1a000 && (o.value & 0x41) == 0x41 &&
                    o.by.cpl == 3;
           });
  });
  ASSERT_EQ(least.ops.size(), 1u) << to_text(least);
  EXPECT_EQ(to_text(least.ops[0]), "write 0x1a000 8 = 0x41 cpl 3");
  setup plain;
  plain.start = p.setup.start;
  plain.scene = least.setup.scene;
  plain.smap = true;
  EXPECT_EQ(to_text(least.setup), to_text(plain));
}

}  // namespace
}  // namespace umbra::fuzz::properties
