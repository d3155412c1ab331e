// Families about ordinary instructions and all that may go wrong with them: operands, strings, the stack, and bytes
// that are no instruction.
#pragma once

#include "fuzz/guest/system/shared/draft.hpp"

namespace umbra::system_guest {

inline void write_access(draft& d) {
  // Opcodes with ModRM; where reg is an extension of the opcode, which.
  struct form {
    std::uint16_t code;
    int extension;
    bool of_bytes, lockable;
    std::uint8_t immediate;
  };
  constexpr form forms[] = {
      {0x8b, -1, false, false, 0},  {0x89, -1, false, false, 0},  {0x8a, -1, true, false, 0},
      {0x88, -1, true, false, 0},   {0xc6, 0, true, false, 1},    {0x01, -1, false, true, 0},
      {0x03, -1, false, false, 0},  {0x29, -1, false, true, 0},   {0x39, -1, false, false, 0},
      {0x11, -1, false, true, 0},   {0x83, 0, false, true, 1},    {0x83, 7, false, false, 1},
      {0xff, 0, false, true, 0},    {0xff, 1, false, true, 0},    {0xf7, 2, false, true, 0},
      {0xf7, 3, false, true, 0},    {0x87, -1, false, true, 0},   {0x86, -1, true, true, 0},
      {0x0fb1, -1, false, true, 0}, {0x0fc1, -1, false, true, 0}, {0x0fb6, -1, true, false, 0},
      {0xd1, 4, false, false, 0},   {0x0fc7, 1, false, true, 0},  {0x0fba, 5, false, true, 1},
      {0x84, -1, true, false, 0},   {0x0f94, -1, true, false, 0},
  };
  const form& f = d.chance.pick(forms);
  const bool pair = f.code == 0x0fc7;
  unsigned bytes = f.of_bytes ? 1 : d.word_size();
  if (pair && bytes < 8) bytes = 4;
  if (d.one_in(f.lockable ? 6 : 24) && (f.lockable || d.pedantic())) d.code.byte(0xf0);
  if (f.lockable && !d.pedantic()) d.open_data();
  d.memory_operand(pair ? 2 * bytes : bytes);
  if (pair && bytes == 4) {
  } else if (!f.of_bytes) {
    d.code.operand_size(bytes);
  }
  d.code.opcode(f.code);
  d.code.at_bx(f.extension >= 0 ? static_cast<unsigned>(f.extension) : cx);
  if (f.immediate) d.code.byte(d.chance.below(256));
}

inline void write_string(draft& d) {
  constexpr std::uint8_t codes[] = {0xa4, 0xa6, 0xaa, 0xac, 0xae};  // MOVS, CMPS, STOS, LODS, SCAS
  const unsigned code = d.chance.pick(codes);
  unsigned bytes = d.one_in(3) ? 1 : d.word_size();
  if (d.one_in(2)) {
    d.code.byte(d.one_in(2) ? 0xf3 : 0xf2);
    d.reg(cx) = d.chance.below(8);
    if (d.made.code_bits == 16) d.reg(cx) |= d.chance.next() & 0xffff'0000;
  }
  unsigned through = ds;
  // Through ES goes the other operand.
  if (d.one_in(3)) through = d.any_segment();
  if (through == es) through = ds;
  if (through != ds) d.code.segment(through);
  if (code == 0xa4 || code == 0xa6 || code == 0xac) d.point(si, through, bytes);
  if (code != 0xac) d.point(di, es, bytes);
  if (bytes > 1) d.code.operand_size(bytes);
  d.code.byte(code | (bytes > 1 ? 1 : 0));
}

/// The stack close to a limit, an edge of pages, or the end of canonical addresses, where an exception has its own.
inline void spoil_stack(draft& d) {
  if (!d.free_stack()) return;
  if (!d.is64() && !d.pedantic()) return;
  if (d.is64()) {
    if (!d.pedantic()) return;
    if (d.one_in(4)) d.reg(SLOT_RSP) = layout::last_page + 0x1000 - 0x10 + d.chance.below(0x18);
    if (d.one_in(16)) d.reg(SLOT_RSP) = 0xffff'7fff'ffff'fff8 + d.chance.below(12);
  } else if (d.one_in(2)) {
    namespace type = descriptor_type;
    const unsigned kind = d.chance.below(4);
    unsigned rights = type::data | unsigned{d.made.cpl} << 5, flags = d.one_in(2) ? descriptor_flags::big : 0;
    std::uint32_t limit = static_cast<std::uint32_t>(d.reg(SLOT_RSP)) - 6 + d.chance.below(12);
    if (kind == 0) rights |= 4;
    if (kind == 1) limit = 0xfffff, flags |= descriptor_flags::pages;
    const unsigned selector = d.add_descriptor(descriptor(0, limit, rights, flags));
    if (selector) d.reg(SLOT_SS) = selector | d.made.cpl;
  }
}

inline void write_stack(draft& d) {
  spoil_stack(d);
  const bool small = d.one_in(3);
  const std::uint64_t target = layout::code + 0x900 + d.chance.below(0x40);
  switch (d.chance.below(14)) {
    case 0:
    case 1:
      if (small) d.code.byte(0x66);
      return d.code.byte(0x50 + d.chance.below(8));
    case 2: {
      if (small) d.code.byte(0x66);
      const unsigned to = d.chance.below(8);
      return d.code.byte(0x58 + (to == sp && !d.free_stack() ? ax : to));
    }
    case 3:
    case 4: {  // PUSH and POP of memory
      const bool push = d.one_in(2);
      d.memory_operand(d.is64() ? 8 : d.made.code_bits / 8);
      if (small) d.code.byte(0x66);
      d.code.byte(push ? 0xff : 0x8f);
      return d.code.at_bx(push ? 6 : 0);
    }
    case 5:
      if (small) d.code.byte(0x66);
      return d.code.byte(d.is64() ? 0x9c : 0x60);
    case 6:
      if (small) d.code.byte(0x66);
      return d.code.byte(d.is64() ? 0x50 : 0x61);
    case 7: {  // ENTER
      d.reg(bp) = d.reg(SLOT_RSP) + 4 * d.chance.below(8);
      d.code.byte(0xc8);
      d.code.number(d.chance.below(0x30), 2);
      return d.code.byte(d.one_in(2) ? 0 : d.chance.below(4));
    }
    case 8:
      d.reg(bp) = d.reg(SLOT_RSP) + d.chance.below(12);
      if (small) d.code.byte(0x66);
      return d.code.byte(0xc9);
    case 9:  // CALL
      d.code.byte(0xe8);
      return d.code.number(0x100 + d.chance.below(16), d.made.code_bits == 16 ? 2 : 4);
    case 10:  // RET
    case 11: {
      std::uint64_t to = target;
      if (d.is64() && d.one_in(6)) to = d.nowhere();
      d.stack_value(to, 8);
      const bool pops = d.one_in(2);
      d.code.byte(pops ? 0xc2 : 0xc3);
      if (pops) d.code.number(d.chance.below(16), 2);
      return;
    }
    case 12:
      if (small) d.code.byte(0x66);
      d.code.byte(0x6a);
      return d.code.byte(d.chance.below(256));
    default: {  // CALL and JMP through memory
      const unsigned bytes = d.made.code_bits / 8;
      d.memory_operand(bytes);
      d.operand_value(d.one_in(4) && d.is64() ? d.nowhere() : target, bytes);
      d.code.byte(0xff);
      return d.code.at_bx(d.one_in(2) ? 2 : 4);
    }
  }
}

inline void write_undefined(draft& d) {
  switch (d.chance.below(9)) {
    case 0:
      return d.code.opcode(0x0f0b);
    case 1:
      d.code.byte(0xff);
      return d.code.byte(0xc0 | 7 << 3 | d.chance.below(8));
    case 2:  // LGDT (which D2 and D3 would be), LEA and far JMP of a register
      if (d.one_in(3)) {
        d.code.opcode(0x0f01);
        return d.code.byte(0xd2 + d.chance.below(2));
      }
      d.code.byte(d.one_in(2) ? 0x8d : 0xff);
      return d.code.byte(0xe8 | d.chance.below(8));
    case 3: {  // LOCK where it must not be
      if (!d.pedantic()) return d.code.opcode(0x0f0b);
      constexpr std::uint8_t codes[] = {0x90, 0xfa, 0x50, 0xc3, 0xa4, 0x8b, 0x03, 0x85, 0x89};
      const unsigned code = d.chance.pick(codes);
      d.stack_value(layout::code + 0x900, 8);  // an engine may take it all the same
      d.code.byte(0xf0);
      if (code >= 0x80 && code < 0x90) d.memory_operand(4);
      if (code == 0x03) d.memory_operand(4);
      d.code.byte(code);
      if ((code >= 0x80 && code < 0x90) || code == 0x03) d.code.at_bx(cx);
      return;
    }
    case 4: {  // LOCK of a register
      if (!d.pedantic()) return d.code.opcode(0x0f0b);
      d.code.byte(0xf0);
      d.code.byte(0x01);
      return d.code.registers(cx, dx);
    }
    case 5: {  // up to 16 bytes
      const unsigned total = 13 + d.chance.below(4);
      for (unsigned i = 0; i + 1 < total; ++i) d.code.byte(d.one_in(2) ? 0x66 : 0x3e);
      return d.code.byte(0x90);
    }
    case 6: {  // opcodes that 64-bit mode has no more
      constexpr std::uint8_t codes[] = {0x06, 0x0e, 0x16, 0x1e, 0x07, 0x17, 0x1f, 0x60, 0x61, 0xce};
      return d.is64() ? d.code.byte(d.chance.pick(codes)) : d.code.opcode(0x0f0b);
    }
    case 7: {  // code that ends with its page, or with its segment
      d.reg(SLOT_RIP) = layout::code_end - 0x1000 - 1 - d.chance.below(6);
      d.made.rights[2] = d.one_in(2) ? 0 : static_cast<std::uint8_t>(d.made.rights[2] ^ page::user);
      d.code.byte(0x81);
      d.code.registers(0, cx);
      return d.code.number(d.chance.next(), d.made.code_bits == 16 ? 2 : 4);
    }
    default: {
      if (d.is64() || !d.pedantic()) return d.code.opcode(0x0f0b);
      namespace type = descriptor_type;
      const std::uint32_t limit = static_cast<std::uint32_t>(d.reg(SLOT_RIP)) + d.chance.below(8);
      const unsigned flags = d.made.code_bits == 32 ? descriptor_flags::big : 0;
      d.reg(SLOT_CS) =
          d.add_descriptor(descriptor(0, limit, type::code | unsigned{d.made.cpl} << 5, flags)) | d.made.cpl;
      d.code.byte(0x81);
      d.code.registers(0, cx);
      return d.code.number(d.chance.next(), d.made.code_bits == 16 ? 2 : 4);
    }
  }
}

}  // namespace umbra::system_guest
