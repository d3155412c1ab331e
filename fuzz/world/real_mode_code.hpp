// What a guest's instructions look like in real mode. Virtual-8086 mode, which stands for it, lets none of them through
// that touches more than the task's own: they raise #GP, and umbra reads them from memory (SDM 20.2.8).
#pragma once

#include <cstdint>
#include <optional>

#include "fuzz/op.hpp"

namespace umbra::fuzz {

/// An instruction's bytes, the first in the lowest.
struct code {
  unsigned bytes;
  std::uint64_t value;
};

/// In 16-bit code, with EAX as the register of MOV. Nothing: it exits as it does elsewhere, or there is no such thing.
std::optional<code> real_mode_code(const op&);

}  // namespace umbra::fuzz
