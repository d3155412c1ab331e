// Writes instructions into a specimen, byte by byte.
#pragma once

#include "fuzz/guest/system/shared/specimen.hpp"

namespace umbra::system_guest {

/// Register numbers as instructions have them; the slots of general registers are in the same order.
enum : unsigned { ax, cx, dx, bx, sp, bp, si, di };
/// Segment registers, likewise.
enum : unsigned { es, cs, ss, ds, fs, gs };

class assembler {
 public:
  explicit assembler(specimen& s) : s_(s) {}

  unsigned length() const { return s_.code_length; }
  /// Bytes beyond what a specimen holds are lost.
  void byte(unsigned value) {
    if (s_.code_length < specimen::max_code) s_.code[s_.code_length++] = static_cast<std::uint8_t>(value);
  }
  void number(std::uint64_t value, unsigned bytes) {
    for (unsigned i = 0; i < bytes; ++i) byte(static_cast<unsigned>(value >> 8 * i) & 0xff);
  }

  /// Prefixes, for the instruction that comes next.
  void segment(unsigned which) {
    constexpr std::uint8_t prefixes[] = {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65};
    byte(prefixes[which]);
  }
  /// Makes the operand `bytes` long: 2, 4 or, in 64-bit code, 8. It comes last of all prefixes.
  void operand_size(unsigned bytes) {
    const unsigned usual = s_.code_bits == 16 ? 2 : 4;
    if (bytes == 8) return byte(0x48);
    if (bytes != usual) byte(0x66);
  }

  /// An opcode of one byte, or of two: 0x0f00 | second.
  void opcode(unsigned code) {
    if (code >> 8) byte(code >> 8);
    byte(code & 0xff);
  }
  /// ModRM for [rBX], or for a register.
  void at_bx(unsigned reg) { byte(reg << 3 | (s_.code_bits == 16 ? 7 : 3)); }
  void registers(unsigned reg, unsigned rm) { byte(0xc0 | reg << 3 | rm); }

 private:
  specimen& s_;
};

}  // namespace umbra::system_guest
