// The state in which a specimen begins, before its family has its say: mode, privilege, control bits, flags, registers
// and the rights of pages.
#pragma once

#include "fuzz/guest/system/shared/draft.hpp"

namespace umbra::system_guest {

inline void draw_mode(draft& d) {
  const unsigned which = d.chance.below(100);
  d.made.paging = which < 15                           ? paging_kind::off
                  : which < 30                         ? paging_kind::bits32
                  : which < 48 || !d.machine.long_mode ? paging_kind::pae
                                                       : paging_kind::level4;
  const unsigned width = d.chance.below(100);
  if (d.made.long_mode())
    d.made.code_bits = width < 60 ? 64 : width < 85 ? 32 : 16;
  else
    d.made.code_bits = width < 65 ? 32 : 16;
  constexpr std::uint8_t levels[] = {0, 0, 0, 0, 1, 2, 3, 3, 3};
  d.made.cpl = d.chance.pick(levels);
}

inline void draw_control(draft& d) {
  const auto some = [&d](unsigned per_mille, std::uint64_t bits) { return d.chance.chance(per_mille) ? bits : 0; };
  const bool paging = d.made.paging != paging_kind::off, pae = d.made.paging >= paging_kind::pae;
  d.reg(SLOT_CR0) = x86::cr0::pe | x86::cr0::et | (paging ? x86::cr0::pg : 0) | some(500, x86::cr0::wp) |
                    some(600, x86::cr0::am) | some(150, x86::cr0::ts) | some(150, x86::cr0::mp) |
                    some(100, x86::cr0::em) | some(700, x86::cr0::ne);
  d.reg(SLOT_CR4) = (pae ? x86::cr4::pae : 0) | some(200, x86::cr4::tsd) | some(250, x86::cr4::de) |
                    some(300, x86::cr4::pse) | some(300, x86::cr4::pge) | some(100, x86::cr4::mce) |
                    some(200, x86::cr4::pce) | some(300, x86::cr4::osfxsr) | some(300, x86::cr4::osxmmexcpt);
  if (d.machine.smep) d.reg(SLOT_CR4) |= some(300, x86::cr4::smep);
  if (d.machine.smap) d.reg(SLOT_CR4) |= some(300, x86::cr4::smap);
  d.reg(SLOT_EFER) = some(300, x86::efer::sce) | (d.made.long_mode() ? x86::efer::lme | x86::efer::lma : 0);
  if (d.machine.no_execute) d.reg(SLOT_EFER) |= some(800, x86::efer::nxe);
  constexpr std::uint32_t roots[] = {layout::directory32, layout::directory32, layout::pae_pointers, layout::root64};
  d.reg(SLOT_CR3) = roots[static_cast<unsigned>(d.made.paging)] | some(200, x86::cr3::pwt) | some(200, x86::cr3::pcd);
  d.reg(SLOT_CR2) = d.chance.next();
  if (d.is64()) d.reg(SLOT_CR8) = d.chance.below(16);
}

/// Few processors check alignment at all, and then it would hide other things.
inline void draw_alignment(draft& d) {
  if (d.made.cpl == 3 && !d.pedantic()) d.reg(SLOT_CR0) &= ~x86::cr0::am;
}

inline void draw_flags(draft& d) {
  using namespace x86;
  const auto some = [&d](unsigned per_mille, std::uint64_t bits) { return d.chance.chance(per_mille) ? bits : 0; };
  d.reg(SLOT_RFLAGS) = rflags::fixed | (d.chance.next() & (rflags::status | rflags::iopl)) | some(80, rflags::tf) |
                       some(300, rflags::interrupt) | some(200, rflags::df) | some(100, rflags::nt) |
                       some(350, rflags::ac) | some(300, rflags::id);
}

inline void draw_debug(draft& d) {
  for (unsigned slot = SLOT_DR0; slot <= SLOT_DR3; ++slot) d.reg(slot) = d.is64() ? d.chance.next64() : d.chance.next();
  d.reg(SLOT_DR6) = x86::dr6::ones | (d.chance.next() & x86::dr6::writable);
  d.reg(SLOT_DR7) = x86::dr7::ones;  // no breakpoint is on
}

inline void draw_registers(draft& d) {
  for (unsigned slot = SLOT_RAX; slot <= (d.is64() ? SLOT_R15 : SLOT_RDI); ++slot) {
    const unsigned kind = d.chance.below(4);
    d.reg(slot) = kind == 0   ? d.chance.below(16)
                  : kind == 1 ? std::uint64_t{d.chance.next()}
                  : d.is64()  ? d.chance.next64()
                              : d.chance.next();
  }
  d.reg(SLOT_RSP) = layout::stack_edge - 0x20 + 4 * d.chance.below(0x10);
  if (d.is64()) d.reg(SLOT_RSP) &= ~std::uint64_t{7};
  if (d.one_in(8)) d.reg(SLOT_RSP) += d.chance.below(8);
  d.reg(SLOT_RIP) = d.one_in(10) ? layout::code_end - 0x1000 - 1 - d.chance.below(12) : layout::code + 0x800;
}

inline void draw_segments(draft& d) {
  const unsigned cpl = d.made.cpl;
  for (unsigned slot = SLOT_ES; slot <= SLOT_GS; ++slot) d.reg(slot) = SELECTOR_DATA(3);
  d.reg(SLOT_CS) = d.is64()                 ? static_cast<unsigned>(SELECTOR_CODE64(cpl))
                   : d.made.code_bits == 32 ? static_cast<unsigned>(SELECTOR_CODE32(cpl))
                                            : code16_selector(cpl);
  d.reg(SLOT_SS) = SELECTOR_DATA(cpl);
  d.reg(SLOT_TR) = d.made.long_mode() ? SELECTOR_TASK64 : SELECTOR_TASK32;
  d.reg(SLOT_LDTR) = SELECTOR_LOCAL;
  d.reg(SLOT_GDT_BASE) = layout::gdt;
  d.reg(SLOT_GDT_LIMIT) = gdt_bytes - 1;
  d.reg(SLOT_IDT_BASE) = d.made.long_mode() ? layout::gates64 : layout::gates32;
  d.reg(SLOT_IDT_LIMIT) = d.made.long_mode() ? 0x3ff : 0x1ff;
}

/// Code and descriptors stay reachable; data may not be.
inline void draw_pages(draft& d) {
  const unsigned own = d.made.cpl == 3 ? page::user : 0;
  for (unsigned i = 1; i < layout::pages; ++i) d.made.rights[i] = page::present | page::write | page::user;
  for (unsigned i = layout::code >> 12; i < layout::code_end >> 12; ++i)
    d.made.rights[i] = static_cast<std::uint8_t>(page::present | own);
  for (unsigned i = layout::gdt >> 12; i <= layout::gates64 >> 12; ++i) d.made.rights[i] = page::present | page::write;
  constexpr unsigned stack = layout::stack_edge >> 12, data = layout::data_edge >> 12,
                     far = layout::far_data_edge >> 12;
  constexpr unsigned stacks[] = {stack - 1, stack}, operands[] = {data - 1, data, far - 1, far};
  for (const unsigned i : stacks) {
    d.made.rights[i] = static_cast<std::uint8_t>(page::present | page::write | own);
    if (d.free_stack() && d.one_in(10)) d.made.rights[i] ^= static_cast<std::uint8_t>(1u << d.chance.below(3));
  }
  for (const unsigned i : operands) {
    const unsigned user = d.made.cpl == 3 || d.one_in(4) ? page::user : 0;
    d.made.rights[i] =
        static_cast<std::uint8_t>(page::present | page::write | user | (d.one_in(2) ? page::no_execute : 0));
    if (d.one_in(5)) d.made.rights[i] ^= static_cast<std::uint8_t>(1u << d.chance.below(3));
  }
}

inline void draw_state(draft& d) {
  draw_mode(d);
  draw_control(d);
  draw_alignment(d);
  draw_flags(d);
  draw_debug(d);
  draw_registers(d);
  draw_segments(d);
  draw_pages(d);
}

}  // namespace umbra::system_guest
