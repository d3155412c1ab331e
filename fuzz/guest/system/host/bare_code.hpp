// The bytes of a specimen's first instruction, told apart as far as predicates over known differences need it.
#pragma once

#include "fuzz/guest/system/shared/specimen.hpp"

namespace umbra::system_guest {

struct bare_code {
  unsigned opcode = 0;  ///< of one byte, or 0x0f00 | second
  unsigned reg = 0;     ///< of ModRM, if there is one
  bool memory = false;  ///< the same says that there is an operand in memory
  bool lock = false, repeated = false, operand_size = false, wide = false;
  unsigned segment = 3;  ///< that a prefix names, or DS
};

inline bare_code bare(const specimen& s) {
  bare_code c;
  unsigned at = 0;
  for (; at < s.code_length; ++at) {
    const unsigned byte = s.code[at];
    const bool segment = (byte & 0xe7) == 0x26 || byte == 0x64 || byte == 0x65;
    const bool rex = s.code_bits == 64 && (byte & 0xf0) == 0x40;
    c.lock |= byte == 0xf0;
    c.repeated |= byte == 0xf2 || byte == 0xf3;
    c.operand_size |= byte == 0x66;
    if (segment) c.segment = byte >= 0x64 ? byte - 0x60 : byte >> 3 & 3;
    c.wide |= rex && (byte & 8) != 0;
    if (!segment && !rex && byte != 0x66 && byte != 0x67 && byte != 0xf0 && byte != 0xf2 && byte != 0xf3) break;
  }
  if (at == s.code_length) return c;
  c.opcode = s.code[at++];
  if (c.opcode == 0x0f && at < s.code_length) c.opcode = 0x0f00 | s.code[at++];
  if (at < s.code_length) {
    c.reg = s.code[at] >> 3 & 7;
    c.memory = s.code[at] < 0xc0;
  }
  return c;
}

}  // namespace umbra::system_guest
