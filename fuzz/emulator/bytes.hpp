// A specimen's bytes, told apart as far as Unicorn's deviations need it.
#pragma once

#include "fuzz/emulator/form.hpp"

namespace umbra::emucheck {

inline bool is_prefix(std::uint8_t byte) {
  constexpr std::uint8_t all[] = {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3};
  for (const std::uint8_t p : all)
    if (byte == p) return true;
  return false;
}

inline bool is_rex(const specimen& s, unsigned n) { return s.bits == 64 && (s.code[n] & 0xf0) == 0x40; }

/// Where the opcode is: the first byte that is no prefix.
inline unsigned opcode_at(const specimen& s) {
  unsigned n = 0;
  while (n + 1 < s.length && (is_prefix(s.code[n]) || is_rex(s, n))) ++n;
  return n;
}

inline bool has_prefix(const specimen& s, std::uint8_t byte) {
  const unsigned opcode = opcode_at(s);
  for (unsigned n = 0; n < opcode; ++n)
    if (s.code[n] == byte) return true;
  return false;
}

/// The REX prefix that counts, or 0.
inline std::uint8_t rex_of(const specimen& s) {
  const unsigned opcode = opcode_at(s);
  return opcode != 0 && is_rex(s, opcode - 1) ? s.code[opcode - 1] : 0;
}

/// ModRM of a form that has it.
inline std::uint8_t modrm_of(const form& f, const specimen& s) { return s.code[opcode_at(s) + (f.escaped ? 2 : 1)]; }

inline bool has_operand(const form& f, emulate::encoding e) {
  for (const emulate::encoding o : f.what->operands)
    if (o == e) return true;
  return false;
}

}  // namespace umbra::emucheck
