// Families about segments: descriptor tables, the LDT and the task, segment registers, far branches.
#pragma once

#include "fuzz/guest/system/shared/draft.hpp"
#include "fuzz/guest/system/shared/memory.hpp"

namespace umbra::system_guest {

inline void write_tables(draft& d) {
  const unsigned which = d.chance.below(4);  // SGDT, SIDT, LGDT, LIDT
  const unsigned base_bytes = d.is64() ? 8 : 4;
  if (d.one_in(2)) d.open_data();
  d.memory_operand(2 + base_bytes);
  if (which >= 2) {
    // The tables stay where they are, or the exception that ends the specimen would find none.
    const bool interrupts = which == 3;
    std::uint64_t base = d.reg(interrupts ? SLOT_IDT_BASE : SLOT_GDT_BASE);
    const std::uint64_t needed = interrupts ? d.reg(SLOT_IDT_LIMIT) : SELECTOR_END - 1;
    bool small = false;
    if (d.is64() && d.one_in(3)) base |= layout::high_alias;
    if (d.is64() && d.machine.pedantic && d.one_in(4)) base = layout::last_page + d.chance.below(0x1010) + 0xff8;
    if (!d.is64() && d.one_in(3)) {
      base |= d.chance.next() & 0xff00'0000;
      small = true;
    }
    d.operand_value(needed + d.chance.below(0x8000), 2);
    d.operand_value(base, base_bytes, 2);
    if (!d.is64() && small) {
      if (d.made.code_bits == 32) d.code.byte(0x66);
    } else if (d.made.code_bits == 16) {
      d.code.byte(0x66);
    }
  } else if (d.one_in(3)) {
    d.code.byte(0x66);
  }
  d.code.opcode(0x0f01);
  d.code.at_bx(which);
}

/// A selector for LLDT or LTR, and the descriptor that it names. What may be loaded leads to the specimen's own LDT and
/// task.
inline unsigned draw_system_selector(draft& d, bool task) {
  namespace type = descriptor_type;
  if (d.one_in(10) && (!task || d.machine.pedantic)) return d.chance.below(4);  // null: as a task, the end of QEMU 7.2
  if (d.one_in(12)) return SELECTOR_DATA(0);                                    // not a system segment
  if (d.one_in(12)) return static_cast<unsigned>(d.reg(SLOT_TR));               // busy, and no LDT
  if (d.one_in(12)) return gdt_bytes - 8 * d.chance.below(3) + 4 * d.chance.below(2);  // beyond the limit, or local
  unsigned rights = task ? type::task : type::local;
  if (d.one_in(4)) rights = type::present | d.chance.below(16);
  if (d.one_in(6)) rights &= ~type::present;
  // A task of 16 bits that is loaded would have no stack for outer levels, which only CPL 0 survives.
  rights |= d.chance.below(4) << 5;
  const std::uint32_t base = (rights & 0xf) == 2 ? layout::ldt : d.made.long_mode() ? layout::task64 : layout::task32;
  const std::uint32_t limit = (rights & 0xf) == 2 ? 8 * d.chance.below(5) + 7 : task_limit;
  const std::uint64_t low = descriptor(base, limit, rights, d.one_in(4) ? 1 : 0);
  const unsigned rpl = d.chance.below(4);
  if (!d.made.long_mode()) return d.add_descriptor(low, d.one_in(8)) | rpl;
  std::uint64_t high = 0;
  if (d.one_in(6) && d.pedantic()) high = std::uint64_t{1} << (40 + d.chance.below(5));  // the type, which must be 0
  if (d.one_in(8) && (rights & 0xf) == 2) high |= 0xffff'8000;
  return d.add_wide_descriptor(low, high) | rpl;
}

inline void write_local(draft& d) {
  const unsigned which = d.chance.below(6);  // SLDT, STR, LLDT, LTR
  const bool memory = d.one_in(3), load = which >= 2;
  const bool task = which & 1;
  const unsigned selector = load ? draw_system_selector(d, task) : 0;
  if (memory) d.memory_operand(2);
  if (d.one_in(2)) d.code.operand_size(d.word_size());
  d.code.opcode(0x0f00);
  const unsigned reg = (load ? 2 : 0) | task;
  if (memory) {
    if (load) d.operand_value(selector, 2);
    return d.code.at_bx(reg);
  }
  if (load) d.reg(ax) = (d.reg(ax) & ~std::uint64_t{0xffff}) | selector;
  d.code.registers(reg, ax);
}

/// A selector of a code or data segment with every kind of defect. `for_stack`: more often what SS takes.
inline unsigned draw_selector(draft& d, bool for_stack) {
  namespace type = descriptor_type;
  const unsigned cpl = d.made.cpl;
  if (d.one_in(8)) return d.chance.below(4);
  if (d.one_in(12)) return gdt_bytes + 8 * d.chance.below(2);
  if (d.one_in(20)) return SELECTOR_LOCAL;
  if (d.one_in(20)) return static_cast<unsigned>(d.reg(SLOT_TR));
  unsigned rights = d.one_in(2) ? type::data : type::present | 0x10 | d.chance.below(16);
  if (for_stack && d.one_in(2)) rights = type::data;
  const unsigned dpl = for_stack && !d.one_in(4) ? cpl : d.chance.below(4);
  if (d.one_in(6)) rights &= ~type::present;
  if (d.one_in(3)) rights &= ~1u;  // not accessed yet
  rights |= dpl << 5;
  // What write_follow_up() reaches through it is close to one edge or the other.
  std::uint32_t base = d.one_in(2) ? 0 : layout::far_data_edge - layout::data_edge + d.chance.below(0x40);
  std::uint32_t limit = d.one_in(2) || !d.pedantic() ? 0xfffff : layout::data_edge - 3 + d.chance.below(8);
  unsigned flags = (d.one_in(2) ? descriptor_flags::big : 0) | (limit == 0xfffff ? descriptor_flags::pages : 0);
  if (d.one_in(6)) flags |= descriptor_flags::wide;
  // At CPL 0 outside of IA-32e mode the new stack has to carry the exception that ends the specimen.
  if (for_stack && !d.free_stack()) {
    base = 0;
    limit = 0xfffff;
    flags = descriptor_flags::big | descriptor_flags::pages;
    if ((rights & 0xe) == 6) rights ^= 4;  // expand-down: above such a limit there is nothing
  }
  const unsigned selector = d.add_descriptor(descriptor(base, limit, rights, flags));
  return selector | (for_stack && !d.one_in(4) ? cpl : d.chance.below(4));
}

/// Reads or writes what the segment just loaded shows at `data_edge`.
inline void write_follow_up(draft& d, unsigned which) {
  if (which == cs || d.one_in(3)) return;
  const bool write = d.one_in(3);
  const auto rights = static_cast<unsigned>(d.last_descriptor() >> 40 & 0x1f);
  const bool allowed = (rights & 0x1d) == 0x11 || rights == 0x13 || (!write && (rights & 0x1a) == 0x1a);
  if (!(allowed && (!write || rights == 0x13)) && !d.pedantic()) return;
  if (d.is64() && which < fs && !d.pedantic(8)) return;
  if (which != ds) d.code.segment(which);
  d.code.operand_size(d.made.code_bits == 16 ? 2 : 4);
  d.code.byte(write ? 0x89 : 0x8b);
  // [rDI], which points at the limit that draw_selector() likes.
  d.code.byte(dx << 3 | (d.made.code_bits == 16 ? 5 : 7));
}

inline void write_segment(draft& d) {
  const unsigned kind = d.chance.below(8);
  unsigned which = d.chance.below(6);
  if (kind < 5) {
    const bool memory = d.one_in(3), store = kind == 0;
    if (which == cs && !store && !d.one_in(4)) which = ds;
    const unsigned selector = draw_selector(d, which == ss);
    if (memory) d.memory_operand(2);
    d.reg(di) = layout::data_edge - 8 + d.chance.below(8);
    if (d.one_in(2)) d.code.operand_size(d.word_size());
    d.code.byte(store ? 0x8c : 0x8e);
    if (memory) {
      if (!store) d.operand_value(selector, 2);
      d.code.at_bx(which);
    } else {
      if (!store) d.reg(ax) = (d.reg(ax) & ~std::uint64_t{0xffff}) | selector;
      d.code.registers(which, ax);
    }
    if (!store) write_follow_up(d, which);
    return;
  }
  d.reg(di) = layout::data_edge - 8 + d.chance.below(8);
  if (kind == 5) {  // POP
    if (which == cs) which = es;
    const unsigned selector = draw_selector(d, which == ss);
    d.stack_value(selector | std::uint64_t{d.chance.next()} << 16, 8);
    if (d.one_in(3)) d.code.byte(0x66);
    constexpr std::uint16_t opcodes[] = {0x07, 0x90, 0x17, 0x1f, 0x0fa1, 0x0fa9};
    d.code.opcode(opcodes[which]);
    return write_follow_up(d, which);
  }
  if (kind == 6) {  // PUSH
    if (d.one_in(3)) d.code.byte(0x66);
    // Of 4 bytes a processor may write 2 (SDM 2B, "PUSH"): let the others be 0 before.
    d.stack_value(0, 8, -8);
    if (leaves_frame(d.made)) d.reg(SLOT_RFLAGS) &= 0xffff;
    constexpr std::uint16_t opcodes[] = {0x06, 0x0e, 0x16, 0x1e, 0x0fa0, 0x0fa8};
    return d.code.opcode(opcodes[which]);
  }
  // LES, LDS, LSS, LFS, LGS; the first two are prefixes of AVX in 64-bit mode.
  if (which == cs || (d.is64() && (which == es || which == ds))) which = fs;
  unsigned bytes = d.word_size();
  if (bytes == 8 && !d.pedantic(8)) bytes = 4;  // AMD's processors have no far pointers of 80 bits
  const unsigned selector = draw_selector(d, which == ss);
  d.memory_operand(bytes + 2);
  d.operand_value(d.chance.next64(), bytes);
  d.operand_value(selector, 2, bytes);
  d.code.operand_size(bytes);
  constexpr std::uint16_t opcodes[] = {0xc4, 0x90, 0x0fb2, 0xc5, 0x0fb4, 0x0fb5};
  d.code.opcode(opcodes[which]);
  d.code.at_bx(dx);
  write_follow_up(d, which);
}

/// A selector for a far branch, and what it names. `returning`: the RPL is the level that it returns to.
inline unsigned draw_code_selector(draft& d, bool returning) {
  namespace type = descriptor_type;
  const unsigned cpl = d.made.cpl;
  if (d.one_in(12)) return d.chance.below(4);
  if (d.one_in(12)) return gdt_bytes + 8 * d.chance.below(2);
  if (d.one_in(16)) return SELECTOR_DATA(cpl);
  unsigned rights = type::code;
  if (d.one_in(3)) rights |= 4;                    // conforming
  if (d.one_in(3)) rights &= ~2u;                  // cannot be read
  if (d.one_in(3) && d.pedantic()) rights &= ~1u;  // not accessed yet
  if (d.one_in(10)) rights &= ~type::present;
  rights |= (d.one_in(5) ? d.chance.below(4) : rights & 4 ? d.chance.below(cpl + 1) : cpl) << 5;
  std::uint32_t limit = d.one_in(3) && d.pedantic(8) ? layout::code + 0xc00 - 2 + d.chance.below(4) : 0xfffff;
  unsigned flags = limit == 0xfffff ? descriptor_flags::pages : 0;
  constexpr unsigned sizes[] = {0, descriptor_flags::big, descriptor_flags::wide};
  flags |= d.one_in(2) ? (d.is64()                 ? descriptor_flags::wide
                          : d.made.code_bits == 32 ? descriptor_flags::big
                                                   : 0u)
                       : d.chance.pick(sizes);
  if (d.one_in(16) && d.pedantic(8)) flags |= descriptor_flags::big | descriptor_flags::wide;
  unsigned rpl = d.one_in(4) ? d.chance.below(4) : cpl;
  // A return outward is another instruction than one at the same level: rarely, as the emulator does not have it.
  if (returning && rpl > cpl && !d.one_in(4)) rpl = cpl;
  return d.add_descriptor(descriptor(0, limit, rights, flags)) | rpl;
}

inline void write_branch(draft& d) {
  unsigned kind = d.chance.below(6);
  // QEMU's far CALL and RET use the stack with the rights of CPL 0.
  if (d.made.cpl == 3 && !d.pedantic()) kind &= ~5u;
  const bool returning = kind >= 4;
  const unsigned selector = draw_code_selector(d, returning);
  unsigned bytes = d.word_size();
  std::uint64_t offset = layout::code + (d.one_in(2) ? 0xc00 : 0x100);
  // Where nothing is mapped, and, in 64-bit code, where no address is canonical.
  if (d.one_in(6) && bytes >= 4 && d.made.paging != paging_kind::off) offset = d.nowhere();
  if (returning) {
    d.code.operand_size(bytes);
    d.stack_value(offset, bytes);
    d.stack_value(selector | std::uint64_t{d.chance.next()} << 16, bytes, static_cast<int>(bytes));
    d.code.byte(kind == 4 ? 0xcb : 0xca);
    if (kind == 5) d.code.number(4 * d.chance.below(4), 2);
    return;
  }
  const bool call = kind & 1;
  if (kind < 2 && !d.is64()) {
    d.code.operand_size(bytes);
    d.code.byte(call ? 0x9a : 0xea);
    d.code.number(offset, bytes);
    return d.code.number(selector, 2);
  }
  d.memory_operand(bytes + 2);
  d.operand_value(offset, bytes);
  d.operand_value(selector, 2, bytes);
  d.code.operand_size(bytes);
  d.code.byte(0xff);
  d.code.at_bx(call ? 3 : 5);
}

}  // namespace umbra::system_guest
