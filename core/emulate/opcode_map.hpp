// The opcode maps (SDM 2D, A.3 and A.4), as tables indexed by bytes of the instruction.
#pragma once

#include <word/word.hpp>

#include "core/emulate/opcode.hpp"

namespace umbra::emulate {

/// Of an opcode of one byte, and of the second byte of one that begins with 0F.
const opcode& primary_opcode(word byte);
const opcode& secondary_opcode(word byte);
/// Two bytes mean something else in 64-bit mode.
const opcode& opcode_63_in_64_bit_mode();
const opcode& opcode_90_with_rex_b();

/// Opcodes that ModRM selects further.
enum class group : unsigned char {
  g1_Eb_Ib,
  g1_Ev_Iz,
  g1_Eb_Ib_not64,
  g1_Ev_sIb,
  g1a,
  g2_Eb_Ib,
  g2_Ev_Ib,
  g2_Eb_1,
  g2_Ev_1,
  g2_Eb_CL,
  g2_Ev_CL,
  g3_Eb,
  g3_Ev,
  g4,
  g5,
  g6,
  g7,
  g8,
  g9,
  g11_Eb,
  g11_Ev,
  g15,
  count,
};
/// `reg` is ModRM.reg, plus 8 if ModRM.mod says that the operand is a register.
const opcode& group_opcode(group, word reg);

/// Register forms of group 7 that ModRM.rm selects further.
enum class subgroup : unsigned char { g7_0, g7_1, g7_2, g7_7, count };
const opcode& subgroup_opcode(subgroup, word rm);

}  // namespace umbra::emulate
