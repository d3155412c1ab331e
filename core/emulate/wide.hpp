// Products and quotients of twice a word's width, from the operations that words have in every build.
#pragma once

#include <word/word.hpp>

namespace umbra::emulate {

struct wide {
  word high{}, low{};
};

/// The 128-bit product of unsigned numbers.
constexpr wide multiply(word a, word b) {
  const word mask{0xffff'ffff};
  const word al = a & mask, ah = a >> 32, bl = b & mask, bh = b >> 32;
  const word low = al * bl, middle1 = ah * bl, middle2 = al * bh;
  const word carry = ((low >> 32) + (middle1 & mask) + (middle2 & mask)) >> 32;
  return {ah * bh + (middle1 >> 32) + (middle2 >> 32) + carry, a * b};
}

/// The 128-bit product of signed numbers.
constexpr wide multiply_signed(word a, word b) {
  wide product = multiply(a, b);
  product.high = product.high - select(has(a, std::uint64_t{1} << 63), b, word{0}) -
                 select(has(b, std::uint64_t{1} << 63), a, word{0});
  return product;
}

struct quotient {
  word value{}, remainder{};
  flag overflow{};  ///< division by zero, or a quotient of more than 64 bits; the rest then means nothing
};

/// Divides an unsigned number of 128 bits: 64 steps of shift and subtract, none of which branches.
constexpr quotient divide(wide n, word by) {
  quotient q;
  q.overflow = n.high >= by;
  word rest = n.high, digits = n.low;
  for (unsigned step = 0; step < 64; ++step) {
    const flag carry = has(rest, std::uint64_t{1} << 63);
    rest = (rest << 1) | (digits >> 63);
    const flag fits = either(carry, rest >= by);
    rest = rest - select(fits, by, word{0});
    digits = (digits << 1) | when(fits, 1);
  }
  q.value = digits;
  q.remainder = rest;
  return q;
}

constexpr wide opposite_of(wide n) {
  const word low = word{0} - n.low;
  return {word{0} - n.high - when(n.low != word{0}, 1), low};
}

/// Divides a signed number of 128 bits, rounding towards zero; the remainder has the sign of the dividend.
constexpr quotient divide_signed(wide n, word by) {
  constexpr std::uint64_t sign = std::uint64_t{1} << 63;
  const flag minus = has(n.high, sign), by_minus = has(by, sign);
  const wide m = opposite_of(n);
  quotient q = divide({select(minus, m.high, n.high), select(minus, m.low, n.low)}, select(by_minus, word{0} - by, by));
  const flag opposite = minus != by_minus;
  q.overflow = either(q.overflow, q.value > select(opposite, word{sign}, word{sign - 1}));
  q.value = select(opposite, word{0} - q.value, q.value);
  q.remainder = select(minus, word{0} - q.remainder, q.remainder);
  return q;
}

}  // namespace umbra::emulate
