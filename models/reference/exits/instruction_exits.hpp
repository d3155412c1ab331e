// Exits for instructions that have one effect or none: CPUID, HLT, RDTSC, RDMSR, WRMSR, I/O, those of VMX, and those
// that a VM without the feature does not have.
#pragma once

#include <word/word.hpp>

#include "models/reference/cpuid.hpp"
#include "models/reference/exits/ends.hpp"
#include "models/reference/msrs.hpp"

namespace umbra::reference {

constexpr std::uint64_t only(unsigned number) { return std::uint64_t{1} << number; }

/// The upper halves of RAX to RBX are cleared (volume 2, CPUID).
inline legal_ends cpuid_ends(const guest_state& s, cpuid_table table) {
  guest_state effect = s;
  const cpuid_registers r = cpuid_answer(table, s.general[general::rax], s.general[general::rcx]);
  effect.general[general::rax] = r.eax;
  effect.general[general::rbx] = r.ebx;
  effect.general[general::rcx] = r.ecx;
  effect.general[general::rdx] = r.edx;
  return {.retires = flag(true), .effect = effect};
}

/// The guest goes on behind HLT, at once or when userspace has an interrupt for it.
inline legal_ends hlt_ends(const guest_state& s) {
  return {.retires = flag(true), .effect = s, .halts = flag(true), .leaves = word{bit(leave::hlt)}};
}

/// Instructions without an effect on registers: INVLPG, INVD, WBINVD, PAUSE.
inline legal_ends plain_ends(const guest_state& s) { return {.retires = flag(true), .effect = s}; }

/// RDTSC and RDTSCP: EDX:EAX is a time, ECX for the latter what IA32_TSC_AUX has. CR4.TSD has been checked (26.1.1).
inline legal_ends rdtsc_ends(const guest_state& s, flag with_aux) {
  const word open = word{only(general::rax) | only(general::rdx)} | when(with_aux, only(general::rcx));
  return {.retires = flag(true), .effect = s, .open = open};
}

/// RDPMC: no counter is there, so each number is beyond those (#GP, volume 2).
inline legal_ends rdpmc_ends() { return {.faults = word{bit(x86::exception::protection)}}; }

/// Instructions that a VM does not have: VMX's own with CR4.VMXE = 0, MONITOR and MWAIT without CPUID.01H:ECX.MONITOR,
/// XSETBV with CR4.OSXSAVE = 0, GETSEC with CR4.SMXE = 0, INVPCID, XSAVES and so on without their features.
inline legal_ends undefined_ends() { return {.faults = word{bit(x86::exception::undefined)}}; }

/// VMCALL is a hypercall, whose result is in RAX; or it is not offered. `legal` says only that much: no SDM rule.
inline legal_ends vmcall_ends(const guest_state& s) {
  return {.retires = flag(true),
          .effect = s,
          .open = word{only(general::rax)},
          .faults = word{bit(x86::exception::undefined)},
          .leaves = word{bit(leave::unknown)}};
}

inline word edx_eax(const guest_state& s) {
  return (s.general[general::rax] & bits(31, 0)) | (s.general[general::rdx] & bits(31, 0)) << 32;
}

/// RDMSR, where the register holds `value`; unless `known`, the model does not say what it holds.
inline legal_ends rdmsr_ends(const guest_state& s, const msr_state& m, word value, flag known) {
  const flag faults = rdmsr_faults(s.general[general::rcx] & bits(31, 0), m);
  guest_state effect = s;
  effect.general[general::rax] = value & bits(31, 0);
  effect.general[general::rdx] = value >> 32;
  return {.retires = negate(faults),
          .effect = effect,
          .open = when(negate(known), only(general::rax) | only(general::rdx)),
          .faults = when(faults, bit(x86::exception::protection))};
}

/// WRMSR. Of what it writes, IA32_EFER and IA32_DEBUGCTL are among the registers here.
inline legal_ends wrmsr_ends(const guest_state& s, const msr_state& m) {
  const word index = s.general[general::rcx] & bits(31, 0), value = edx_eax(s);
  const flag faults = wrmsr_faults(index, value, m);
  guest_state effect = s;
  effect.control.efer = select(is(index, x86::msr::efer), msr_after_write(index, value, m), s.control.efer);
  effect.debugctl = select(is(index, x86::msr::debugctl), msr_after_write(index, value, m), s.debugctl);
  return {.retires = negate(faults),
          .effect = effect,
          .faults = when(either(faults, wrmsr_may_fault(index, value, m)), bit(x86::exception::protection))};
}

/// I/O (table 28-5): a device of the core's completes it, or userspace does. IN changes RAX; the string forms RSI, RDI
/// and RCX, and they may fault on their operand in memory.
inline legal_ends io_ends(const guest_state& s, const exit_information& exit) {
  const flag string = has(exit.qualification, bits(4, 4)), in = has(exit.qualification, bits(3, 3));
  const std::uint64_t operand_faults = bit(x86::exception::stack) | bit(x86::exception::protection) |
                                       bit(x86::exception::page_fault) | bit(x86::exception::alignment);
  return {.retires = flag(true),
          .effect = s,
          .open = when(both(in, negate(string)), only(general::rax)) |
                  when(string, only(general::rsi) | only(general::rdi) | only(general::rcx)),
          .faults = when(string, operand_faults),
          .emulated = string,
          .leaves = word{bit(leave::io)} | when(string, bit(leave::mmio) | bit(leave::internal_error))};
}

}  // namespace umbra::reference
