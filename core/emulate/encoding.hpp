// How an instruction says what an operand is, in the notation of the SDM's opcode maps (SDM 2D, A.2.1 and A.2.2).
#pragma once

namespace umbra::emulate {

/// A method of addressing, and a size. `y` is 8 bytes in 64-bit mode and else 4, `v` the operand size, `z` the operand
/// size but 4 for 8.
enum class encoding : unsigned char {
  none,
  Eb,
  Ew,
  Ed,
  Ev,    ///< ModRM.rm: a general register or memory
  MwRv,  ///< the same: memory of 2 bytes, or a register of the operand size
  Gb,
  Gw,
  Gv,  ///< ModRM.reg: a general register
  Ry,  ///< ModRM.rm: a general register, whatever ModRM.mod says
  M,   ///< memory whose size the instruction knows
  Mp,  ///< memory: a far pointer
  Ma,  ///< memory: two numbers of the operand size
  Sw,  ///< ModRM.reg: a segment register
  Cy,
  Dy,  ///< ModRM.reg: a control or debug register
  Ib,
  Iw,
  Iz,
  Iv,   ///< an immediate number
  sIb,  ///< a byte, sign-extended to the operand size
  Jb,
  Jz,  ///< an immediate displacement of RIP
  Ap,  ///< an immediate far pointer
  Ob,
  Ov,  ///< memory at an immediate offset
  Zb,
  Zv,  ///< the low three bits of the opcode: a general register
  AL,
  CL,
  rAX,  ///< these registers
  ES,
  CS,
  SS,
  DS,
  FS,
  GS,
  eAX,  ///< rAX, of at most 4 bytes
  DX,   ///< the port number in it
  one,  ///< the number 1
};

}  // namespace umbra::emulate
