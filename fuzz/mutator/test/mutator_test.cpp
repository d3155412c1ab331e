// The mutator makes canonical programs, the same ones from the same seed, and different ones from different seeds.
#include "fuzz/mutator/mutator.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bitset>
#include <set>

#include "fuzz/ops/codec.hpp"

namespace umbra::fuzz {
namespace {

constexpr unsigned rounds = 3000;

bool is_canonical(const program& p) {
  program again = p;
  canonicalise(again);
  return again == p;
}

TEST(mutator, is_a_function_of_its_seed) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    program a = generate(seed), b = generate(seed);
    ASSERT_EQ(a, b);
    random first(seed), second(seed);
    mutate(a, first);
    mutate(b, second);
    ASSERT_EQ(a, b);
  }
}

TEST(mutator, makes_programs_that_the_raw_form_keeps) {
  random chance(1);
  program p = generate(1);
  for (unsigned n = 0; n < rounds; ++n) {
    mutate(p, chance);
    ASSERT_TRUE(is_canonical(p)) << "after " << n << " mutations";
    ASSERT_EQ(decode(encode(p)), p) << "after " << n << " mutations";
  }
}

TEST(mutator, keeps_to_the_limit) {
  random chance(2);
  program p = generate(2);
  for (unsigned n = 0; n < rounds; ++n) {
    mutate(p, chance, 40);
    ASSERT_LE(p.ops.size(), 40u);
  }
}

TEST(mutator, changes_programs_and_starts_from_nothing) {
  unsigned changed = 0;
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    const program before = generate(seed);
    program after = before;
    random chance(seed);
    mutate(after, chance);
    changed += !(after == before);
  }
  EXPECT_GT(changed, 400u);

  program empty;
  random chance(3);
  for (unsigned n = 0; n < 50; ++n) mutate(empty, chance);
  EXPECT_FALSE(empty.ops.empty());
}

TEST(mutator, generates_every_kind_and_every_start) {
  std::bitset<kind_count> kinds;
  std::set<start> starts;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    const program p = generate(seed, 18, seed % 2 == 0 ? taste::tables : taste::exits);
    starts.insert(p.setup.start);
    for (const op& o : p.ops) kinds.set(static_cast<unsigned>(o.kind));
  }
  EXPECT_TRUE(kinds.all()) << kinds;
  EXPECT_EQ(starts.size(), 5u);
}

TEST(mutator, a_taste_for_tables_adds_no_exits) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    program p = generate(seed);
    random chance(seed);
    mutate(p, chance);
    for (const op& o : p.ops) ASSERT_LT(o.kind, kind::exit);
  }
}

TEST(mutator, only_a_taste_for_tables_crosses_bursts_in) {
  unsigned bursts = 0;
  const auto is_burst = [](const op& o) { return o.kind == kind::exhaust; };
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    program a = generate(2 * seed, 24, taste::exits), b = generate(2 * seed + 1, 24, taste::exits);
    std::erase_if(a.ops, is_burst);
    std::erase_if(b.ops, is_burst);
    program child;
    random chance(seed);
    cross(a, b, child, chance, 24, taste::exits);
    EXPECT_TRUE(std::none_of(child.ops.begin(), child.ops.end(), is_burst));
    cross(a, b, child, chance, 24, taste::tables);
    bursts += std::any_of(child.ops.begin(), child.ops.end(), is_burst);
  }
  EXPECT_GT(bursts, 100u);
}

TEST(mutator, crosses_take_ops_from_both_parents) {
  unsigned from_a = 0, from_b = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const program a = generate(2 * seed), b = generate(2 * seed + 1);
    program child;
    random chance(seed);
    cross(a, b, child, chance);
    ASSERT_TRUE(is_canonical(child));
    ASSERT_TRUE(child.setup == a.setup || child.setup == b.setup);
    const auto has_one_of = [&](const program& parent) {
      return std::any_of(child.ops.begin(), child.ops.end(), [&](const op& o) {
        return std::find(parent.ops.begin(), parent.ops.end(), o) != parent.ops.end();
      });
    };
    from_a += has_one_of(a);
    from_b += has_one_of(b);
  }
  EXPECT_GT(from_a, 200u);
  EXPECT_GT(from_b, 200u);
}

}  // namespace
}  // namespace umbra::fuzz
