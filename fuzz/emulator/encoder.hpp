// Puts an instruction together from its parts (SDM 2A, 2.1).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "fuzz/emulator/form.hpp"

namespace umbra::emucheck {

struct parts {
  std::vector<std::uint8_t> prefixes;  ///< legacy ones, in their order
  bool rex = false;                    ///< a REX prefix, even if none of its bits is set
  bool w = false, r = false, x = false, b = false;
  bool modrm = false;
  unsigned mod = 3, reg = 0, rm = 0;  ///< three bits each
  std::optional<std::uint8_t> sib;
  std::vector<std::uint8_t> tail;  ///< displacement and immediates
};

/// Appends the low bytes of a value.
void append(std::vector<std::uint8_t>&, std::uint64_t value, unsigned bytes);

/// All bytes of the instruction; `low` is what the low three bits of the opcode name, for forms that have a register
/// there.
std::vector<std::uint8_t> encode(const form&, const parts&, std::optional<unsigned> low = {});

}  // namespace umbra::emucheck
