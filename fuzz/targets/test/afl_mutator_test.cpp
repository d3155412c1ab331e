// What afl-fuzz is handed: programs, from any bytes, and the same ones for the same seed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <vector>

#include "fuzz/mutator/mutator.hpp"
#include "fuzz/ops/codec.hpp"

extern "C" {
void* afl_custom_init(void*, unsigned seed);
void afl_custom_deinit(void*);
std::size_t afl_custom_fuzz(void*, std::uint8_t*, std::size_t, std::uint8_t**, std::uint8_t*, std::size_t, std::size_t);
}

namespace umbra::fuzz {
namespace {

using bytes = std::vector<std::uint8_t>;

class afl_mutator {
 public:
  explicit afl_mutator(unsigned seed) : data_(afl_custom_init(nullptr, seed)) {}
  ~afl_mutator() { afl_custom_deinit(data_); }
  bytes fuzz(bytes given, bytes other, std::size_t limit) {
    std::uint8_t* out = nullptr;
    const std::size_t size = afl_custom_fuzz(data_, given.data(), given.size(), &out,
                                             other.empty() ? nullptr : other.data(), other.size(), limit);
    return {out, out + size};
  }

 private:
  void* data_;
};

TEST(afl_mutator, makes_many_programs_of_one_and_the_same_for_the_same_seed) {
  const bytes given = encode(generate(1)), other = encode(generate(2));
  const auto row = [&](unsigned seed) {
    afl_mutator m(seed);
    std::vector<bytes> all;
    for (unsigned n = 0; n < 500; ++n) all.push_back(m.fuzz(given, n % 3 == 0 ? other : bytes{}, 1 << 20));
    return all;
  };
  const auto first = row(7);
  EXPECT_EQ(first, row(7));
  EXPECT_NE(first, row(8));
  EXPECT_GT(std::set<bytes>(first.begin(), first.end()).size(), 400u);
  const auto in_full = std::ranges::count_if(first, [](const bytes& b) { return encode(decode(b)) == b; });
  EXPECT_GT(in_full, 400) << "it hands over bytes, not programs";
}

TEST(afl_mutator, keeps_to_the_limit_whatever_it_is_given) {
  afl_mutator m(3);
  const bytes long_one(6000, 0x41);
  for (const std::size_t limit : {1u, 40u, 5000u}) {
    for (const bytes& given : {bytes{}, bytes{1}, long_one}) {
      for (unsigned n = 0; n < 60; ++n) {
        const bytes made = m.fuzz(given, n % 2 == 0 ? long_one : bytes{}, limit);
        ASSERT_GT(made.size(), 0u);
        ASSERT_LE(made.size(), limit);
      }
    }
  }
}

}  // namespace
}  // namespace umbra::fuzz
