// The integers of the production core, native build.
//
// Everything that a guest controls is a `word` or a `flag`. Another build puts its own <word/word.hpp> earlier on the
// include path: models/smt a Z3 bit-vector, ci/opaque a class that converts to nothing. Code that compiles against all
// of them cannot switch on, index by, or narrow a guest-controlled value by accident.
#pragma once

#include <cstdint>

namespace umbra {

using word = std::uint64_t;
using flag = bool;

/// `c ? a : b` without a branch: the symbolic build turns it into one term instead of two paths.
template <class T>
constexpr T select(flag c, T a, T b) {
  return c ? a : b;
}

/// Conjunction and disjunction that evaluate both sides. `&&` and `||` fork in the symbolic build; these do not.
constexpr flag both(flag a, flag b) { return static_cast<flag>(a & b); }
constexpr flag either(flag a, flag b) { return static_cast<flag>(a | b); }
constexpr flag negate(flag a) { return !a; }

/// Whether any of the bits in `mask` is set in `value`.
constexpr flag has(word value, std::uint64_t mask) { return (value & mask) != 0; }

/// Whether all bits of `mask` are set in `value`.
constexpr flag has_all(word value, std::uint64_t mask) { return (value & mask) == mask; }

/// `mask` where `c` holds, else 0.
constexpr word when(flag c, std::uint64_t mask) { return c ? mask : 0; }

/// The `count` bits of `value` that start at bit `low`, moved down to bit 0.
constexpr word field(word value, unsigned low, unsigned count) {
  return (value >> low) & ((std::uint64_t{1} << count) - 1);
}

}  // namespace umbra
