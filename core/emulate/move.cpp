// MOV, LEA, BSWAP, XLAT; MOVZX, MOVSX, MOVSXD, CBW and CWD with their wider forms.

#include "core/emulate/families.hpp"
#include "core/emulate/width.hpp"

namespace umbra::emulate {

namespace {

using vcpu::general::rax, vcpu::general::rdx, vcpu::general::rbx;

word swapped(word value, unsigned bytes) {
  word out{0};
  for (unsigned n = 0; n < bytes; ++n) out = (out << 8) | field(value, 8 * n, 8);
  return out;
}

/// AL = the byte of DS:(rBX + AL).
bool translate_byte(execution& x) {
  const unsigned bytes = x.insn.address_bytes;
  const word where = truncate(x.general(rbx, bytes) + x.general(rax, 1), bytes);
  extent e;
  word value;
  if (!x.mem.find(x.insn.memory.segment, where, 1, outside::intent::read, e) || !x.mem.read(e, value)) return false;
  x.set_general(word{rax}, value, 1);
  return true;
}

}  // namespace

bool execute_move(execution& x) {
  word value;
  switch (static_cast<move_kind>(x.insn.what->kind)) {
    case move_kind::mov:
      return x.read(x[1], value) && x.write(x[0], value);
    case move_kind::lea:
      return x.write(x[0], x.offset());
    case move_kind::bswap:
      // Of 16 bits the result is undefined; processors give 0 (SDM 2A, "BSWAP").
      return x.read(x[0], value) && x.write(x[0], x[0].bytes == 2 ? word{0} : swapped(value, x[0].bytes));
    case move_kind::xlat:
      return translate_byte(x);
  }
  return true;
}

bool execute_extend(execution& x) {
  const unsigned bytes = x.insn.operand_bytes;
  word value;
  switch (static_cast<extend_kind>(x.insn.what->kind)) {
    case extend_kind::movzx:
      return x.read(x[1], value) && x.write(x[0], value);
    case extend_kind::movsx:
      return x.read(x[1], value) && x.write(x[0], sign_extend(value, x[1].bytes));
    case extend_kind::cbw:
      x.set_general(word{rax}, sign_extend(x.general(rax, bytes / 2), bytes / 2), bytes);
      return true;
    case extend_kind::cwd:
      x.set_general(word{rdx}, select(negative(x.general(rax, bytes), bytes), ~word{0}, word{0}), bytes);
      return true;
  }
  return true;
}

}  // namespace umbra::emulate
