// Addition and subtraction, with the flags that they set. Operands have no bits above `bytes`.
#pragma once

#include "core/emulate/status.hpp"

namespace umbra::emulate {

/// CF, OF and AF of a sum or a difference; `carries` has the carry or borrow out of each bit.
constexpr word carry_status(word carries, word overflow, word half, unsigned bytes) {
  using namespace x86;
  return when(negative(carries, bytes), rflags::cf) | when(negative(overflow, bytes), rflags::of) |
         (half & word{rflags::af});
}

/// a + b + carry, where carry is 0 or 1.
constexpr computed add(word a, word b, word carry, unsigned bytes) {
  const word sum = truncate(a + b + carry, bytes);
  const word carries = (a & b) | ((a | b) & ~sum);
  return {sum, carry_status(carries, (a ^ sum) & (b ^ sum), a ^ b ^ sum, bytes) | sign_zero_parity(sum, bytes)};
}

/// a - b - borrow, where borrow is 0 or 1.
constexpr computed subtract(word a, word b, word borrow, unsigned bytes) {
  const word difference = truncate(a - b - borrow, bytes);
  const word borrows = (~a & b) | ((~a | b) & difference);
  return {difference, carry_status(borrows, (a ^ b) & (a ^ difference), a ^ b ^ difference, bytes) |
                          sign_zero_parity(difference, bytes)};
}

/// AND, OR and XOR clear CF and OF; AF, which is undefined, too.
constexpr computed logical(word value, unsigned bytes) { return {value, sign_zero_parity(value, bytes)}; }

}  // namespace umbra::emulate
