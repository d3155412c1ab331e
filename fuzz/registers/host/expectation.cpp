#include "fuzz/registers/host/expectation.hpp"

#include "core/x86/debug.hpp"
#include "core/x86/exception.hpp"
#include "models/reference/control_access.hpp"
#include "models/reference/debug_registers.hpp"
#include "models/reference/msrs.hpp"

namespace umbra::registercheck {
namespace {

constexpr std::uint32_t bit(x86::exception e) { return 1u << x86::vector_of(e); }
constexpr std::uint32_t gp = bit(x86::exception::protection);

/// No table of the program's is in PAE format, so none is read.
struct no_memory {
  bool backed(word) const { return false; }
  word read(word, unsigned) const { return 0; }
};

reference::registers registers_of(const processor& p, const trial& t) {
  const auto has = [&p](std::uint64_t bit) { return (p.features & bit) != 0; };
  return {.cr0 = t.cr0,
          .cr3 = p.cr3,
          .cr4 = t.cr4,
          .efer = t.efer,
          .cpuid = {.maxphyaddr = static_cast<unsigned>(p.maxphyaddr),
                    .nx = has(feature::nx),
                    .long_mode = true,
                    .gbpages = has(feature::gbpages),
                    .smep = has(feature::smep),
                    .smap = has(feature::smap)}};
}

reference::msr_state msrs_of(const processor& p, const trial& t) {
  const reference::registers r = registers_of(p, t);
  return {.cpuid = r.cpuid,
          .cr0 = r.cr0,
          .efer = r.efer,
          .apic_base = p.apic_base,
          .variable_mtrrs = static_cast<unsigned>(p.variable_mtrrs),
          .rdtscp = (p.features & feature::rdtscp) != 0};
}

expectation faulting(std::uint32_t faults) { return {.faults = faults, .completes = false}; }
expectation reading(std::uint64_t value) { return {.value_counts = true, .value = value}; }

expectation writing_cr0(const processor& p, const trial& t, std::uint64_t value) {
  reference::registers r = registers_of(p, t);
  if (refuses_mode_switch(r, value, {.long_code = true}) || write_cr0(r, value, no_memory{}).faults)
    return faulting(gp);
  return reading(r.cr0);
}

expectation writing_control_register(const processor& p, const trial& t) {
  reference::registers r = registers_of(p, t);
  switch (t.number) {
    case 0:
      return writing_cr0(p, t, t.value);
    case 2:
      return reading(t.value);
    case 3:
      return write_cr3(r, t.value, no_memory{}).faults ? faulting(gp) : reading(r.cr3);
    case 4:
      return write_cr4(r, t.value, no_memory{}).faults ? faulting(gp) : reading(r.cr4);
    default:
      return reference::refuses_cr8(t.value) ? faulting(gp) : reading(t.value);
  }
}

expectation reading_control_register(const processor& p, const trial& t) {
  switch (t.number) {
    case 0:
      return reading(t.cr0);
    case 3:
      return reading(p.cr3);
    case 4:
      return reading(t.cr4);
    default:
      return reading(0);
  }
}

expectation accessing_debug_register(const trial& t, bool write) {
  const reference::debug_access_fault f = reference::debug_access_faults(
      {.number = t.number, .write = write, .value = t.value, .cr4 = t.cr4, .dr7 = t.dr7});
  const std::uint32_t faults = (f.undefined ? bit(x86::exception::undefined) : 0) | (f.protection ? gp : 0) |
                               (f.debug ? bit(x86::exception::debug) : 0);
  if (faults != 0) return faulting(faults);
  const word meant = reference::debug_register(t.number);
  if (write) return reading(reference::debug_register_value(t.number, t.value));
  return meant == 6 ? reading(t.dr6) : meant == 7 ? reading(t.dr7) : expectation{};
}

expectation writing_msr(const processor& p, const trial& t) {
  const reference::msr_state s = msrs_of(p, t);
  if (wrmsr_faults(t.number, t.value, s)) return faulting(gp);
  expectation e = reading(msr_after_write(t.number, t.value, s));
  if (wrmsr_may_fault(t.number, t.value, s)) e.faults = gp;
  return e;
}

expectation of_instruction(const processor& p, const trial& t) {
  switch (t.what) {
    case instruction::mov_to_cr:
      return writing_control_register(p, t);
    case instruction::mov_from_cr:
      return reading_control_register(p, t);
    case instruction::lmsw:
      return writing_cr0(p, t, reference::lmsw_value(t.cr0, t.value));
    case instruction::clts:
      return writing_cr0(p, t, reference::clts_value(t.cr0));
    case instruction::smsw:
      return reading(t.cr0);
    case instruction::wrmsr:
      return writing_msr(p, t);
    case instruction::rdmsr:
      return rdmsr_faults(t.number, msrs_of(p, t)) ? faulting(gp) : expectation{};
    case instruction::mov_to_dr:
      return accessing_debug_register(t, true);
    case instruction::mov_from_dr:
      return accessing_debug_register(t, false);
  }
  return {};
}

}  // namespace

expectation expect(const processor& p, const trial& t) {
  expectation e = of_instruction(p, t);
  e.dr6 = t.dr6;
  e.dr7 = t.dr7;
  if (t.what == instruction::mov_to_dr && e.completes) {
    const word meant = reference::debug_register(t.number);
    if (meant == 6) e.dr6 = e.value;
    if (meant == 7) e.dr7 = e.value;
  }
  return e;
}

std::string expectation::judge(const trial& t, const outcome& o) const {
  const bool faulted = o.vector != outcome::none, debug = o.vector == x86::vector_of(x86::exception::debug);
  if (!faulted && !completes) return "it should raise an exception";
  if (faulted && (o.vector > 31 || (faults >> o.vector & 1) == 0)) return "it raises a wrong exception";
  if (faulted && o.error_code != 0) return "its error code should be 0";
  if (!faulted && value_counts && o.value != value) return "the register has a wrong value";
  // After another exception than #DB, GD is still 1. So looking at DR7 raises #DB, which sets BD and clears GD, and
  // reads 0.
  const bool detects = (t.dr7 & x86::dr7::gd) != 0;
  if (o.dr6 != (detects ? t.dr6 | x86::dr6::bd : faulted ? t.dr6 : dr6)) return "DR6 is wrong";
  if (o.dr7 != (debug ? t.dr7 & ~x86::dr7::gd : detects ? 0 : faulted ? t.dr7 : dr7)) return "DR7 is wrong";
  return {};
}

}  // namespace umbra::registercheck
