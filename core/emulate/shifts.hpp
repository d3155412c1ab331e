// Shifts and rotates (SDM 2B, "RCL/RCR/ROL/ROR", "SAL/SAR/SHL/SHR", "SHLD", "SHRD").
//
// Values have no bits above `bytes`. `count` is masked (5 bits, 6 for operands of 8 bytes) and not 0: by 0, neither the
// value nor a flag changes. OF is computed for a count of 1, the only one for which it is defined.
#pragma once

#include "core/emulate/status.hpp"

namespace umbra::emulate {

enum class shift_kind : unsigned char { rol, ror, rcl, rcr, shl, shr, sal, sar };

/// Bit `n` of a value, as 0 or 1; 0 for any n above 63.
constexpr word bit_at(word value, word n) { return shift_right(value, n) & word{1}; }

/// CF as given; OF where CF and the sign of the value differ.
constexpr word carry_and_overflow(word carry, word value, unsigned bytes) {
  const flag out = carry != word{0};
  return when(out, x86::rflags::cf) | when(out != negative(value, bytes), x86::rflags::of);
}

constexpr computed shift_left_by(word a, word count, unsigned bytes) {
  const word value = truncate(shift_left(a, count), bytes);
  return {value, carry_and_overflow(bit_at(a, word{8 * bytes} - count), value, bytes) | sign_zero_parity(value, bytes)};
}

constexpr computed shift_right_by(word a, word count, unsigned bytes) {
  const word value = shift_right(a, count);
  return {value, when(has(bit_at(a, count - 1), 1), x86::rflags::cf) | when(negative(a, bytes), x86::rflags::of) |
                     sign_zero_parity(value, bytes)};
}

constexpr computed shift_arithmetic_right_by(word a, word count, unsigned bytes) {
  const word full = sign_extend(a, bytes);
  const word signs = select(negative(a, bytes), ~word{0}, word{0});
  const word value = truncate((full >> count) | (signs << (word{64} - count)), bytes);
  return {value, when(has(bit_at(full, count - 1), 1), x86::rflags::cf) | sign_zero_parity(value, bytes)};
}

/// OF of a right rotate: the two highest bits of the result differ.
constexpr word overflow_of_top(word value, unsigned bytes) {
  return when(negative(value ^ (value << 1), bytes), x86::rflags::of);
}

constexpr computed rotate_left(word a, word count, unsigned bytes) {
  const word bits{8 * bytes}, n = count & (bits - 1);
  const word value = truncate(shift_left(a, n) | shift_right(a, bits - n), bytes);
  return {value, carry_and_overflow(value & word{1}, value, bytes)};
}

constexpr computed rotate_right(word a, word count, unsigned bytes) {
  const word bits{8 * bytes}, n = count & (bits - 1);
  const word value = truncate(shift_right(a, n) | shift_left(a, bits - n), bytes);
  return {value, when(negative(value, bytes), x86::rflags::cf) | overflow_of_top(value, bytes)};
}

/// Rotating through CF turns a ring of one bit more: 9 or 17, by more than which the masked count can go.
constexpr word ring_count(word count, unsigned bytes) {
  word n = count;
  if (bytes > 2) return n;
  const word ring{8 * bytes + 1};
  for (unsigned turn = 0; turn < 3; ++turn) n = select(n >= ring, n - ring, n);
  return n;
}

constexpr computed rotate_left_through_carry(word a, word count, word carry, unsigned bytes) {
  const word bits{8 * bytes}, n = ring_count(count, bytes);
  const word value = truncate(shift_left(a, n) | shift_left(carry, n - 1) | shift_right(a, bits + 1 - n), bytes);
  return {value, carry_and_overflow(select(n == word{0}, carry, bit_at(a, bits - n)), value, bytes)};
}

constexpr computed rotate_right_through_carry(word a, word count, word carry, unsigned bytes) {
  const word bits{8 * bytes}, n = ring_count(count, bytes);
  const word value = truncate(shift_right(a, n) | shift_left(carry, bits - n) | shift_left(a, bits + 1 - n), bytes);
  const word out = select(n == word{0}, carry, bit_at(a, n - 1));
  return {value, when(out != word{0}, x86::rflags::cf) | overflow_of_top(value, bytes)};
}

/// `carry` is CF as 0 or 1.
constexpr computed shift(shift_kind kind, word a, word count, word carry, unsigned bytes) {
  switch (kind) {
    case shift_kind::rol:
      return rotate_left(a, count, bytes);
    case shift_kind::ror:
      return rotate_right(a, count, bytes);
    case shift_kind::rcl:
      return rotate_left_through_carry(a, count, carry, bytes);
    case shift_kind::rcr:
      return rotate_right_through_carry(a, count, carry, bytes);
    case shift_kind::shl:
    case shift_kind::sal:
      return shift_left_by(a, count, bytes);
    case shift_kind::shr:
      return shift_right_by(a, count, bytes);
    case shift_kind::sar:
      return shift_arithmetic_right_by(a, count, bytes);
  }
  return {};
}

constexpr word status_of(shift_kind kind) {
  using namespace x86;
  return word{kind < shift_kind::shl ? rflags::cf | rflags::of : rflags::status};
}

/// SHLD: bits of `from` enter on the right. Beyond the operand's width the result is undefined.
constexpr computed shift_left_double(word a, word from, word count, unsigned bytes) {
  const word bits{8 * bytes};
  const word value = truncate(shift_left(a, count) | shift_right(from, bits - count), bytes);
  return {value, when(has(bit_at(a, bits - count), 1), x86::rflags::cf) |
                     when(negative(a ^ value, bytes), x86::rflags::of) | sign_zero_parity(value, bytes)};
}

constexpr computed shift_right_double(word a, word from, word count, unsigned bytes) {
  const word bits{8 * bytes};
  const word value = truncate(shift_right(a, count) | shift_left(from, bits - count), bytes);
  return {value, when(has(bit_at(a, count - 1), 1), x86::rflags::cf) |
                     when(negative(a ^ value, bytes), x86::rflags::of) | sign_zero_parity(value, bytes)};
}

}  // namespace umbra::emulate
