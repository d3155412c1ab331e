// The same program gives the same trace, whatever ran before and however much is checked.
#include <random>
#include <vector>

#include "fuzz/ops/codec.hpp"
#include "fuzz/world/test/programs.hpp"

namespace umbra::fuzz {
namespace {

program drawn(unsigned seed) {
  std::mt19937_64 random(seed);
  std::vector<std::uint8_t> bytes(200);
  for (auto& b : bytes) b = static_cast<std::uint8_t>(random());
  return decode(bytes);
}

TEST(trace, is_the_same_for_the_same_program) {
  const auto w = std::make_unique<world>();
  std::vector<std::uint64_t> first;
  for (unsigned seed = 0; seed < 200; ++seed) {
    ASSERT_TRUE(w->run(drawn(seed))) << last(*w);
    first.push_back(w->trace());
  }
  w->check_each(true);
  for (unsigned seed = 200; seed-- > 0;) {
    ASSERT_TRUE(w->run(drawn(seed))) << last(*w);
    EXPECT_EQ(w->trace(), first[seed]);
  }
}

TEST(trace, differs_where_an_outcome_does) {
  const auto w = std::make_unique<world>();
  w->run(parsed("start paging_off\nread 0x1000 1\n"));
  const std::uint64_t one = w->trace();
  w->run(parsed("start paging_off\nread 0x1001 1\n"));
  EXPECT_NE(w->trace(), one);
}

}  // namespace
}  // namespace umbra::fuzz
