// The status flags of a result (SDM volume 1, section 3.4.3.1).
#pragma once

#include "core/emulate/width.hpp"
#include "core/x86/flags.hpp"

namespace umbra::emulate {

/// A result with the flags that it sets. Which of them count is the caller's to know.
struct computed {
  word value{};
  word status{};
};

/// PF: the low eight bits hold an even number of ones.
constexpr word parity(word value) {
  word v = value ^ (value >> 4);
  v = v ^ (v >> 2);
  v = v ^ (v >> 1);
  return when(negate(has(v, 1)), x86::rflags::pf);
}

/// SF, ZF and PF of a result.
constexpr word sign_zero_parity(word value, unsigned bytes) {
  return when(negative(value, bytes), x86::rflags::sf) | when(truncate(value, bytes) == word{0}, x86::rflags::zf) |
         parity(value);
}

}  // namespace umbra::emulate
