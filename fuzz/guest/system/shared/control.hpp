// Families about the processor itself: control and debug registers, flags, interrupts, ports, and what only CPL 0 may
// do.
#pragma once

#include "fuzz/guest/system/shared/draft.hpp"

namespace umbra::system_guest {

/// A value for CR0. Paging and protection stay as they are, unless the change is refused.
inline std::uint64_t draw_cr0(draft& d) {
  using namespace x86;
  constexpr std::uint64_t harmless = cr0::mp | cr0::em | cr0::ts | cr0::ne | cr0::wp | cr0::am;
  std::uint64_t value = d.reg(SLOT_CR0) ^ (d.chance.next() & harmless);
  const unsigned kind = d.chance.below(24);
  if (kind < 2) value |= cr0::cd;
  if (kind == 2) value |= cr0::cd | cr0::nw;
  if (kind == 3) value |= cr0::nw;
  // QEMU 7.2 would take these two, and be lost.
  if (kind == 4 && d.machine.pedantic && d.made.paging != paging_kind::off) value &= ~cr0::pe;
  if (kind == 5 && d.machine.pedantic && d.is64()) value &= ~cr0::pg;
  if (kind == 6 && d.is64()) value |= std::uint64_t{1} << (32 + d.chance.below(32));
  if (kind == 7) value &= ~cr0::et;
  return value;
}

/// A value for CR4. The format of page tables stays, unless the change is refused.
inline std::uint64_t draw_cr4(draft& d) {
  using namespace x86;
  std::uint64_t harmless =
      cr4::tsd | cr4::de | cr4::pse | cr4::pge | cr4::mce | cr4::pce | cr4::osfxsr | cr4::osxmmexcpt;
  if (d.machine.smep) harmless |= cr4::smep;
  if (d.machine.smap) harmless |= cr4::smap;
  std::uint64_t value = d.reg(SLOT_CR4) ^ (d.chance.next() & harmless);
  const unsigned kind = d.chance.below(24);
  if (kind == 0 && (d.made.paging == paging_kind::off || (d.machine.pedantic && d.made.long_mode()))) value ^= cr4::pae;
  // A reserved bit makes QEMU 7.2 loop forever.
  if (kind == 1 && d.machine.pedantic) value |= std::uint64_t{1} << 15;
  if (kind == 2 && d.machine.pedantic) value |= std::uint64_t{1} << (24 + d.chance.below(8));
  if (kind == 3 && d.machine.pedantic && d.is64()) value |= std::uint64_t{1} << (32 + d.chance.below(32));
  return value;
}

/// A value for CR3 that leads to the same tables, unless it is refused.
inline std::uint64_t draw_cr3(draft& d) {
  constexpr std::uint32_t roots[] = {layout::directory32, layout::directory32, layout::pae_pointers, layout::root64};
  std::uint64_t value =
      roots[static_cast<unsigned>(d.made.paging)] | (d.chance.next() & (x86::cr3::pwt | x86::cr3::pcd));
  if (d.made.paging == paging_kind::pae) value |= 32 * d.chance.below(128) | (d.chance.next() & 7);
  if (d.made.paging == paging_kind::bits32) value |= d.chance.next() & 0xfff;
  if (d.is64() && d.machine.pedantic && d.one_in(6))
    value |= std::uint64_t{1} << (d.machine.maxphyaddr + d.chance.below(4));
  return value;
}

inline void write_control(draft& d) {
  constexpr std::uint8_t usual[] = {0, 2, 3, 4, 8};
  unsigned number = d.chance.pick(usual);
  if (d.one_in(16) && (d.made.cpl == 0 || d.pedantic())) number = d.chance.below(16);
  if (!d.is64()) number &= 7;
  const bool to = d.one_in(2);
  unsigned general = d.chance.below(8);
  if (general == sp) general = ax;
  if (to) {
    std::uint64_t value = d.is64() && d.one_in(2) ? d.chance.next64() : d.chance.next();
    if (number == 0) value = draw_cr0(d);
    if (number == 3) value = draw_cr3(d);
    if (number == 4) value = draw_cr4(d);
    if (number == 8) value = d.one_in(4) ? d.chance.next64() : d.chance.below(17);
    d.reg(general) = value;
  }
  if (d.one_in(12)) d.code.byte(0x66);  // operands have the size of the mode, whatever prefixes say
  if (number >= 8) d.code.byte(d.one_in(2) ? 0x44 : 0x4c);
  d.code.opcode(to ? 0x0f22 : 0x0f20);
  d.code.byte((d.one_in(8) ? d.chance.below(4) << 6 : 0xc0) | (number & 7) << 3 | general);  // ModRM.mod is ignored
}

inline void write_status(draft& d) {
  const unsigned kind = d.chance.below(8);
  if (kind == 0) return d.code.opcode(0x0f06);  // CLTS
  const bool load = kind < 5, memory = d.one_in(2);
  const std::uint64_t value = d.chance.next();
  if (memory) d.memory_operand(2);
  if (!load || !memory) {
    if (d.one_in(2)) d.code.operand_size(d.word_size());
  }
  d.code.opcode(0x0f01);
  const unsigned reg = load ? 6 : 4;
  if (memory) {
    if (load) d.operand_value(value, 2);
    return d.code.at_bx(reg);
  }
  unsigned general = d.chance.below(8);
  if (general == sp) general = ax;
  if (load) d.reg(general) = value;
  d.code.registers(reg, general);
}

inline void write_debug(draft& d) {
  const bool to = d.one_in(2);
  unsigned number = d.chance.below(8);
  if ((number & 6) == 4 && d.made.cpl != 0 && !d.pedantic()) number |= 2;
  unsigned general = d.chance.below(8);
  if (general == sp) general = ax;
  if (to && number >= 4) {
    // No breakpoint is turned on, and DR7.GD stays 0.
    std::uint64_t value = number & 1 ? d.chance.next() & 0xffff'5300 : d.chance.next();
    if (!d.pedantic()) value &= number & 1 ? x86::dr7::writable : x86::dr6::writable;
    if (d.is64() && d.one_in(5)) value |= std::uint64_t{1} << (32 + d.chance.below(32));
    d.reg(general) = value;
  }
  if (d.one_in(12)) d.code.byte(0x66);
  d.code.opcode(to ? 0x0f23 : 0x0f21);
  d.code.byte((d.one_in(8) ? d.chance.below(4) << 6 : 0xc0) | number << 3 | general);
}

inline void write_interrupt(draft& d) {
  // With these an exception leaves no error code on the stack, as an interrupt does.
  constexpr std::uint8_t vectors[] = {0, 1, 3, 4, 5, 6, 7, 9, 16, 18, 19, 0x20, 0x21, 0x22, 0x23};
  switch (d.chance.below(6)) {
    case 0:
      return d.code.byte(0xcc);
    case 1:
      return d.code.byte(d.pedantic() ? 0xf1 : 0xcc);
    case 2:
      return d.code.byte(0xce);
    case 3: {
      // BOUND; in 64-bit mode its opcode is a prefix of AVX-512, so not there.
      if (d.is64()) return d.code.byte(0xce);
      const unsigned bytes = d.word_size();
      d.memory_operand(2 * bytes);
      const std::int32_t low = static_cast<std::int32_t>(d.chance.below(64)) - 32;
      d.operand_value(static_cast<std::uint32_t>(low), static_cast<std::uint8_t>(bytes));
      d.operand_value(static_cast<std::uint32_t>(low) + d.chance.below(64), bytes, bytes);
      d.reg(cx) = static_cast<std::uint32_t>(low + static_cast<std::int32_t>(d.chance.below(80)) - 8);
      d.code.operand_size(bytes);
      d.code.byte(0x62);
      return d.code.at_bx(cx);
    }
    default:
      d.code.byte(0xcd);
      d.code.byte(d.chance.pick(vectors));
  }
}

inline void write_flags(draft& d) {
  switch (d.chance.below(8)) {
    case 0:
      return d.code.byte(0xfa);
    case 1:
      return d.code.byte(0xfb);
    case 2:  // CLAC, STAC
      d.code.opcode(0x0f01);
      return d.code.byte(d.one_in(2) ? 0xca : 0xcb);
    case 3:
    case 4:
      if (d.one_in(2)) d.code.byte(0x66);
      return d.code.byte(0x9c);
    default: {
      std::uint64_t value = d.chance.next();
      if (!d.one_in(8)) value &= ~x86::rflags::tf;
      value &= ~(x86::rflags::vm | x86::rflags::vif | x86::rflags::vip);
      if (d.is64() && d.one_in(3)) value |= std::uint64_t{d.chance.next()} << 32;
      d.stack_value(value, 8);
      if (d.one_in(2)) d.code.byte(0x66);
      return d.code.byte(0x9d);
    }
  }
}

/// Ports that no device of either emulator has: they read as ones, if accesses are aligned.
inline void write_port(draft& d) {
  const unsigned bytes = 1u << d.chance.below(3), port = 0x300 + bytes * d.chance.below(0x20 / bytes);
  d.reg(dx) = (d.reg(dx) & ~std::uint64_t{0xffff}) | port;
  const unsigned kind = d.chance.below(8);
  // The task's map of ports: what it says of this one and of its neighbours.
  const std::uint32_t task = d.made.long_mode() ? layout::task64 : layout::task32;
  const std::uint32_t map = d.one_in(8) ? map_at + 4 * d.chance.below(8) : map_at;
  d.made.put(task + map_at - 2, map, 2);
  d.made.put(task + map + port / 8, d.one_in(2) ? 0 : 1u << d.chance.below(12) | d.chance.next() << 12, 4);
  if (d.one_in(12)) d.made.put(task + map_at - 2, task_limit - port / 8 - d.chance.below(3), 2);
  if (kind < 5) {
    if (bytes > 1) d.code.operand_size(bytes);
    return d.code.byte((kind < 3 ? 0xec : 0xee) | (bytes > 1 ? 1 : 0));
  }
  const bool out = d.one_in(2);
  if (d.one_in(2)) {
    d.code.byte(0xf3);
    d.reg(cx) = d.chance.below(6);
    if (d.made.code_bits == 16) d.reg(cx) |= d.chance.next() & 0xffff'0000;
  }
  unsigned through = out ? ds : es;
  if (out && d.one_in(3)) d.code.segment(through = d.any_segment());
  d.point(out ? si : di, through, bytes);
  if (bytes > 1) d.code.operand_size(bytes);
  d.code.byte((out ? 0x6e : 0x6c) | (bytes > 1 ? 1 : 0));
}

inline void write_privilege(draft& d) {
  switch (d.chance.below(8)) {
    case 0:
      // At CPL 0 nothing would ever wake it.
      return d.made.cpl == 0 ? d.code.opcode(0x0f06) : d.code.byte(0xf4);
    case 1:
    case 2:
      d.memory_operand(1);
      d.code.opcode(0x0f01);
      return d.code.at_bx(7);
    case 3:
      // Exit handlers have these, so that there is little to see: INVD, WBINVD, RDTSC.
      if (d.one_in(2)) return d.code.opcode(0x0f06);
      return d.code.opcode(d.one_in(3) ? 0x0f08 : d.one_in(2) ? 0x0f09 : 0x0f31);
    case 4:
      d.reg(cx) = 0xc000'0080;
      return d.code.opcode(0x0f32);
    case 5: {
      d.reg(cx) = 0xc000'0080;
      std::uint64_t value = d.reg(SLOT_EFER) ^ (d.one_in(2) ? x86::efer::sce : 0);
      if (d.one_in(8) && d.made.paging != paging_kind::off) value ^= x86::efer::lme;
      if (d.one_in(8)) value ^= std::uint64_t{1} << (16 + d.chance.below(48));
      d.reg(ax) = value & 0xffff'ffff;
      d.reg(dx) = value >> 32;
      return d.code.opcode(0x0f30);
    }
    default:
      return d.code.opcode(0x0f06);
  }
}

}  // namespace umbra::system_guest
