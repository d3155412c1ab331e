// Values of 1, 2, 4 or 8 bytes, held in words.
#pragma once

#include <word/word.hpp>

namespace umbra::emulate {

constexpr std::uint64_t mask_of(unsigned bytes) { return ~std::uint64_t{0} >> (64 - 8 * bytes); }
constexpr std::uint64_t sign_of(unsigned bytes) { return std::uint64_t{1} << (8 * bytes - 1); }

constexpr word truncate(word value, unsigned bytes) { return value & word{mask_of(bytes)}; }

constexpr flag negative(word value, unsigned bytes) { return has(value, sign_of(bytes)); }

/// The low `bytes` as a signed number of 64 bits.
constexpr word sign_extend(word value, unsigned bytes) {
  return (truncate(value, bytes) ^ word{sign_of(bytes)}) - word{sign_of(bytes)};
}

/// `fresh` in the low `bytes` of `old`.
constexpr word merge(word old, word fresh, unsigned bytes) {
  return (old & word{~mask_of(bytes)}) | truncate(fresh, bytes);
}

/// Shifts by 0 to 64 bits; the operators stop at 63.
constexpr word shift_left(word value, word count) {
  return select(count < word{64}, value << (count & word{63}), word{0});
}
constexpr word shift_right(word value, word count) {
  return select(count < word{64}, value >> (count & word{63}), word{0});
}

}  // namespace umbra::emulate
