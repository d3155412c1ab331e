// Makes the trial of a number, from a seed. Both sides run it.
#pragma once

#include "core/x86/control.hpp"
#include "core/x86/debug.hpp"
#include "core/x86/msr.hpp"
#include "fuzz/guest/shared/random.hpp"
#include "fuzz/registers/shared/processor.hpp"
#include "fuzz/registers/shared/trial.hpp"

namespace umbra::registercheck {

class generator {
 public:
  generator(const processor& p, std::uint64_t seed) : processor_(p), seed_(seed) {}

  trial make(std::uint32_t number) const {
    opguest::random r{seed_, number};
    trial t{};
    t.what = static_cast<instruction>(r.below(instructions));
    t.cr0 = processor_.cr0 | (r.next() & (x86::cr0::ts | x86::cr0::em | x86::cr0::mp | x86::cr0::am));
    t.cr4 = processor_.cr4 | (r.chance(300) ? x86::cr4::de : 0) | (r.chance(300) ? x86::cr4::tsd : 0);
    t.efer = processor_.efer | (r.chance(300) ? x86::efer::sce : 0);
    t.dr6 = 0xffff'0ff0;
    t.dr7 = 0x400;
    switch (t.what) {
      case instruction::mov_to_cr:
        to_control_register(t, r);
        break;
      case instruction::mov_from_cr:
        t.number = r.pick({0u, 3u, 4u, 8u});
        break;
      case instruction::lmsw:
        t.value = r.next() & 0xffff;
        break;
      case instruction::wrmsr:
        to_msr(t, r);
        break;
      case instruction::rdmsr:
        t.number = some_msr(r);
        break;
      case instruction::mov_to_dr:
        t.number = r.below(8);
        t.value = r.chance(500) ? r.next() : r.next() | std::uint64_t{1} << (32 + r.below(32));
        // GD would be in the way of reading the register; RTM's bits are there on some processors only.
        if (t.number == 5 || t.number == 7) t.value &= ~(x86::dr7::gd | 1u << 11);
        if (t.number == 4 || t.number == 6) t.value |= 1u << 16 | 1u << 11;
        t.dr7 |= detects(r);
        break;
      case instruction::mov_from_dr:
        t.number = r.below(8);
        t.dr7 |= detects(r);
        break;
      case instruction::clts:
      case instruction::smsw:
        break;
    }
    return t;
  }

 private:
  static std::uint64_t detects(opguest::random& r) { return r.chance(250) ? x86::dr7::gd : 0; }

  static std::uint64_t flipped(std::uint64_t value, opguest::random& r, unsigned bits) {
    for (unsigned n = r.below(4); n > 0; --n) value ^= std::uint64_t{1} << r.below(bits);
    return value;
  }

  /// A value is either refused or leaves the program where it is. Only bits of CR4 that the model has, or that nobody
  /// has.
  void to_control_register(trial& t, opguest::random& r) const {
    t.number = r.pick({0u, 2u, 3u, 4u, 8u});
    if (t.number == 0) t.value = flipped(t.cr0, r, r.chance(900) ? 32 : 64);
    if (t.number == 2) t.value = r.next64();
    if (t.number == 3) {
      t.value = processor_.cr3 | (r.next() & 0xfff);
      const unsigned width = static_cast<unsigned>(processor_.maxphyaddr);
      if (r.chance(500)) t.value |= std::uint64_t{1} << (width + r.below(64 - width));
    }
    if (t.number == 4) {
      constexpr std::uint64_t known = 0x7ff | x86::cr4::smep | x86::cr4::smap;
      t.value = t.cr4 ^ (flipped(0, r, 32) & (known | 0xfc00'0000));
      if (r.chance(100)) t.value |= std::uint64_t{1} << (32 + r.below(32));
    }
    if (t.number == 8) t.value = r.chance(600) ? r.below(16) : r.chance(500) ? r.below(256) : r.next64();
  }

  static std::uint32_t some_msr(opguest::random& r) {
    using enum x86::msr;
    static constexpr x86::msr usual[] = {
        apic_base,  mtrr_capability, sysenter_cs, sysenter_esp,       sysenter_eip,
        mtrr_base0, mtrr_fix_64k,    pat,         mtrr_default,       efer,
        star,       lstar,           cstar,       syscall_mask,       fs_base,
        gs_base,    kernel_gs_base,  tsc_aux,     mtrr_fix_16k_80000, mtrr_fix_4k_c0000};
    std::uint32_t number = static_cast<std::uint32_t>(r.pick(usual));
    if (number == static_cast<std::uint32_t>(mtrr_base0)) number += r.below(18);
    return number;
  }

  void to_msr(trial& t, opguest::random& r) const {
    using enum x86::msr;
    t.number = some_msr(r);
    const auto which = static_cast<x86::msr>(t.number);
    t.value = r.chance(500) ? r.next64() : r.next();
    if (r.chance(400)) t.value = r.pick(borders);
    if (which == efer) t.value = flipped(t.efer, r, r.chance(700) ? 12 : 64);
    // The APIC stays on: it could not be turned on again. Nor is the mode changed that x2APIC would be.
    if (which == apic_base)
      t.value = flipped(processor_.apic_base, r, r.chance(500) ? 10 : 64) | x86::apic_base::enable;
    if (which == apic_base) t.value &= ~x86::apic_base::x2apic;
    if (which == pat || (t.number >= 0x250 && t.number < 0x270)) {
      t.value = 0;
      for (unsigned i = 0; i < 8; ++i) t.value |= std::uint64_t{r.chance(930) ? r.pick(types) : r.below(256)} << 8 * i;
    }
    if (which == mtrr_default) t.value = flipped(0xc00 | r.pick(types), r, 64);
    if (t.number >= 0x200 && t.number < 0x212)
      t.value = flipped(0x1000 | (t.number & 1 ? 0x800 : r.pick(types)), r, 64);
  }

  static constexpr std::uint32_t types[] = {0, 1, 4, 5, 6, 7};
  static constexpr std::uint64_t borders[] = {0,
                                              1,
                                              0xffff'ffff,
                                              0x7fff'ffff'ffff,
                                              0x8000'0000'0000,
                                              0xffff'7fff'ffff'ffff,
                                              0xffff'8000'0000'0000,
                                              ~std::uint64_t{0}};

  const processor& processor_;
  std::uint64_t seed_;
};

}  // namespace umbra::registercheck
