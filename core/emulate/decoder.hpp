// From bytes to an instruction (SDM 2A, chapter 2). Looks at nothing but its arguments.
#pragma once

#include "core/emulate/instruction.hpp"

namespace umbra::emulate {

enum class decoding : unsigned char {
  complete,
  more,         ///< the instruction goes on behind the bytes given
  too_long,     ///< it would be longer than 15 bytes: #GP(0)
  undefined,    ///< #UD
  unsupported,  ///< an instruction that this emulator does not have
};

/// `out` is valid after `complete`, and its length then too.
decoding decode(const code_bytes&, const code_mode&, instruction& out);

}  // namespace umbra::emulate
