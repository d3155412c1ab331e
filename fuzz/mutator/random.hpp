// The one source of chance in the harness: everything random is a function of a seed.
#pragma once

#include <cstddef>
#include <cstdint>

namespace umbra::fuzz {

/// xorshift64* with a mixed seed: fast, and good enough to choose by.
class random {
 public:
  explicit random(std::uint64_t seed) : state_(mix(seed)) {}

  std::uint64_t next() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return state_ * 0x2545f4914f6cdd1d;
  }
  /// 0 to n-1; n > 0.
  unsigned below(unsigned n) { return static_cast<unsigned>(((next() >> 32) * n) >> 32); }
  /// True once in n times.
  bool one_in(unsigned n) { return below(n) == 0; }
  template <class T, std::size_t n>
  const T& pick(const T (&items)[n]) {
    return items[below(n)];
  }
  template <class Items>
  auto& pick(Items& items) {
    return items[below(static_cast<unsigned>(items.size()))];
  }

 private:
  /// splitmix64: neighbouring seeds start far apart, and none starts at the fixed point 0.
  static std::uint64_t mix(std::uint64_t seed) {
    std::uint64_t z = seed + 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    z ^= z >> 31;
    return z != 0 ? z : 1;
  }

  std::uint64_t state_;
};

}  // namespace umbra::fuzz
