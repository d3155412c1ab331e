// The inputs that are chosen reach everything, none of them is spare, and the order of the given ones does not matter.
#include "tools/corpus/cover.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <list>
#include <random>
#include <set>

namespace umbra::tools {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class covered : public ::testing::Test {
 protected:
  void input(const std::string& name, std::size_t bytes, std::vector<std::uint32_t> features, bool kept = false) {
    features_.push_back(std::move(features));
    all_.push_back({name, bytes, &features_.back(), kept});
  }
  std::list<std::vector<std::uint32_t>> features_;
  std::vector<covering> all_;
};

TEST_F(covered, by_nothing_if_there_is_nothing) { EXPECT_THAT(enough(all_), IsEmpty()); }

TEST_F(covered, the_smaller_of_two_equals_is_enough) {
  input("b", 9, {1, 2});
  input("a", 8, {1, 2});
  EXPECT_THAT(enough(all_), ElementsAre("a"));
}

TEST_F(covered, a_small_one_goes_if_larger_ones_reach_the_same) {
  input("a", 1, {1, 2});
  input("b", 2, {1, 3});
  input("c", 3, {2, 4});
  EXPECT_THAT(enough(all_), ElementsAre("b", "c"));
}

TEST_F(covered, what_is_kept_is_kept_and_counts) {
  input("z", 100, {1, 2, 3}, true);
  input("a", 1, {1});
  input("b", 1, {4});
  input("y", 100, {}, true);
  EXPECT_THAT(enough(all_), ElementsAre("y", "z", "b"));
}

TEST_F(covered, everything_by_any_corpus_with_none_to_spare) {
  std::mt19937 chance(7);
  for (unsigned round = 0; round < 50; ++round) {
    all_.clear();
    std::set<std::uint32_t> whole;
    for (unsigned n = 0; n < 30; ++n) {
      std::set<std::uint32_t> some;
      for (unsigned k = 0; k < chance() % 12; ++k) some.insert(chance() % 40);
      whole.insert(some.begin(), some.end());
      input(std::to_string(n), chance() % 5, {some.begin(), some.end()}, chance() % 10 == 0);
    }
    const auto names = enough(all_);
    std::shuffle(all_.begin(), all_.end(), chance);
    EXPECT_EQ(enough(all_), names);
    const auto reached_without = [&](const std::string& left_out) {
      std::set<std::uint32_t> reached;
      for (const covering& c : all_) {
        const bool chosen = std::find(names.begin(), names.end(), c.name) != names.end();
        if (chosen && c.name != left_out) reached.insert(c.features->begin(), c.features->end());
      }
      return reached;
    };
    EXPECT_EQ(reached_without(""), whole);
    for (const covering& c : all_) {
      if (c.kept || std::find(names.begin(), names.end(), c.name) == names.end()) continue;
      EXPECT_NE(reached_without(c.name), whole) << c.name << " is spare";
    }
  }
}

}  // namespace
}  // namespace umbra::tools
