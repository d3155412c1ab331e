// The forms of instructions: an opcode, with ModRM.reg where that is part of it, with a register or with memory.
//
// They are read from the emulator's own opcode maps, so that none that it decodes is forgotten. That no opcode of the
// architecture is forgotten there is what completeness.hpp checks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/emulate/opcode.hpp"

namespace umbra::emucheck {

struct form {
  const emulate::opcode* what = nullptr;
  bool escaped = false;  ///< begins with 0F
  std::uint8_t byte = 0;
  int digit = -1;  ///< ModRM.reg, if it selects
  int rm = -1;     ///< ModRM.rm, if it selects too
  bool modrm = false;
  bool memory = false;  ///< ModRM.mod names memory
  bool only64 = false;  ///< what the bytes mean in 64-bit mode
  bool rex_b = false;

  /// "0F BA /5 m"
  std::string name() const;
  bool exists(unsigned bits) const;
  /// In 64-bit mode these bytes mean something else.
  bool shadowed_in_64() const { return !escaped && byte == 0x63 && !only64; }
  /// The operand sizes to try in a mode; a single one where size does not matter.
  std::vector<unsigned> sizes(unsigned bits) const;
};

std::vector<form> all_forms();

}  // namespace umbra::emucheck
