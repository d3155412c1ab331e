#include "fuzz/emulator/spelling.hpp"

#include <algorithm>

#include "fuzz/emulator/bytes.hpp"

namespace umbra::emucheck {

namespace {

/// A legacy prefix to put where another byte was: once more the one behind it or before it, so that the last of a kind
/// stays the last.
std::uint8_t harmless_prefix(const specimen& s, unsigned at, std::uint8_t not_this) {
  const unsigned opcode = opcode_at(s);
  const auto serves = [&](unsigned n) { return is_prefix(s.code[n]) && s.code[n] != not_this; };
  for (unsigned n = at + 1; n < opcode; ++n)
    if (serves(n)) return s.code[n];
  for (unsigned n = at; n-- > 0;)
    if (serves(n)) return s.code[n];
  return 0x3e;  // DS, which 64-bit mode ignores (SDM 1 3.4.2.1)
}

/// SDM 2A 2.2.1: REX is ignored unless it is right before the opcode; TCG heeds it.
void drop_early_rex(specimen& s) {
  const unsigned opcode = opcode_at(s);
  for (unsigned n = 0; n + 1 < opcode; ++n)
    if (is_rex(s, n)) s.code[n] = harmless_prefix(s, n, 0);
}

/// SDM 2A 2.2.1.2: REX.R is ignored where ModRM.reg extends the opcode; TCG raises #UD for MOV of an immediate.
void drop_rex_r(const form& f, specimen& s) {
  const unsigned opcode = opcode_at(s);
  if (f.escaped || (f.byte & 0xfe) != 0xc6 || opcode == 0 || !is_rex(s, opcode - 1)) return;
  s.code[opcode - 1] &= 0xfb;
}

/// SDM 2A 2.2.1.6: addresses are relative to the next instruction; for SHLD and SHRD, TCG forgets the immediate byte
/// behind the displacement.
void move_relative_address(const form& f, specimen& s) {
  const unsigned modrm = opcode_at(s) + 2;
  if (f.what->family != emulate::family::double_shift || !has_operand(f, emulate::encoding::Ib) ||
      (s.code[modrm] & 0xc7) != 0x05)
    return;
  for (unsigned n = modrm + 1; n < modrm + 5 && ++s.code[n] == 0; ++n) {
  }
}

/// SDM 1 3.6.1, 2A "Jcc", "CALL": near branches in 64-bit mode have operands of 64 bits, whatever 66 says; TCG
/// truncates, as AMD's processors do.
void drop_operand_size(const form& f, specimen& s) {
  if ((f.what->attributes & emulate::attribute::always64) == 0) return;
  for (unsigned n = 0; n < opcode_at(s); ++n)
    if (s.code[n] == 0x66) s.code[n] = harmless_prefix(s, n, 0x66);
}

}  // namespace

specimen spelt_for_unicorn(const form& f, const specimen& as_it_is) {
  specimen s = as_it_is;
  if (s.bits != 64) return s;
  drop_early_rex(s);
  drop_rex_r(f, s);
  move_relative_address(f, s);
  drop_operand_size(f, s);
  return s;
}

outcome run_spelt(unicorn_engine& engine, const form& f, const specimen& s) {
  const specimen spelt = spelt_for_unicorn(f, s);
  if (spelt.code == s.code) return engine.run(s);
  ram_image& ram = engine.ram();
  std::copy_n(spelt.code.begin(), s.length, ram.begin() + static_cast<std::ptrdiff_t>(s.code_at()));
  const outcome o = engine.run(spelt, true);
  for (unsigned n = 0; n < s.length; ++n) {
    std::uint8_t& byte = ram[s.code_at() + n];
    if (byte == spelt.code[n]) byte = s.code[n];
  }
  return o;
}

}  // namespace umbra::emucheck
