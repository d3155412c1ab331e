// A program that the mutator hands over is the one that its bytes decode to.
#include "fuzz/targets/made.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "fuzz/mutator/random.hpp"
#include "fuzz/ops/codec.hpp"

extern "C" {
std::size_t LLVMFuzzerCustomMutator(std::uint8_t*, std::size_t, std::size_t, unsigned);
std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t*, std::size_t, const std::uint8_t*, std::size_t, std::uint8_t*,
                                      std::size_t, unsigned);
}

namespace umbra::fuzz {
namespace {

TEST(made, is_what_the_bytes_decode_to) {
  constexpr std::size_t room = 600;
  random chance(1);
  std::vector<std::uint8_t> now, other;
  unsigned known = 0;
  for (unsigned n = 0; n < 4000; ++n) {
    std::vector<std::uint8_t> next = now;
    const auto seed = static_cast<unsigned>(chance.next());
    next.resize(room);
    next.resize(chance.one_in(2) ? LLVMFuzzerCustomMutator(next.data(), now.size(), room, seed)
                                 : LLVMFuzzerCustomCrossOver(now.data(), now.size(), other.data(), other.size(),
                                                             next.data(), room, seed));
    if (const program* p = made_of(next)) {
      ASSERT_EQ(*p, decode(next)) << "after " << n << " mutations";
      ++known;
    }
    if (n % 7 == 0) other = now;
    now = next;
  }
  EXPECT_GT(known, 3000u);
}

TEST(made, is_nothing_for_other_bytes) {
  std::vector<std::uint8_t> bytes(4096);
  bytes.resize(LLVMFuzzerCustomMutator(bytes.data(), 0, bytes.size(), 5));
  ASSERT_NE(made_of(bytes), nullptr);
  bytes.back() ^= 1;
  EXPECT_EQ(made_of(bytes), nullptr);
  bytes.back() ^= 1;
  bytes.push_back(0);
  EXPECT_EQ(made_of(bytes), nullptr);
  EXPECT_EQ(made_of({}), nullptr);
}

}  // namespace
}  // namespace umbra::fuzz
