// The pseudo-random numbers that both sides draw: the guest program and the host tool must make the same scenes.
// PCG-32, so that a 32-bit processor needs one 64-bit multiplication for each.
#pragma once

#include <cstdint>

namespace umbra::opguest {

class random {
 public:
  /// The stream `stream` of `seed`. Streams are independent: each scene has its own, so that any scene can be made
  /// alone.
  random(std::uint64_t seed, std::uint64_t stream)
      : state_(seed * 0x9e37'79b9'7f4a'7c15 + stream), step_(stream * 2 + 1) {
    next();
    next();
  }

  std::uint32_t next() {
    const std::uint64_t old = state_;
    state_ = old * 6364136223846793005ull + step_;
    const auto mixed = static_cast<std::uint32_t>(((old >> 18) ^ old) >> 27);
    const auto turn = static_cast<unsigned>(old >> 59);
    return (mixed >> turn) | (mixed << ((32 - turn) & 31));
  }

  std::uint64_t next64() {
    const std::uint64_t high = next();
    return (high << 32) | next();
  }

  /// A number below `limit`.
  std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>((std::uint64_t{next()} * limit) >> 32); }

  /// True in `per_mille` of 1000 cases.
  bool chance(std::uint32_t per_mille) { return below(1000) < per_mille; }

  template <class T, unsigned N>
  const T& pick(const T (&choices)[N]) {
    return choices[below(N)];
  }

 private:
  std::uint64_t state_, step_;
};

}  // namespace umbra::opguest
