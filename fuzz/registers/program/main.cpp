// The program: one trial after the other; after each, what the register reads as, and the state put back.
#include "fuzz/guest/program/cpuid.hpp"
#include "fuzz/guest/program/machine.hpp"
#include "fuzz/guest/program/port.hpp"
#include "fuzz/registers/program/attempt.hpp"
#include "fuzz/registers/shared/generator.hpp"
#include "fuzz/registers/shared/record.hpp"

namespace umbra::registercheck {
namespace {

using opguest::bit, opguest::cpuid, opguest::leaf;

opguest::console out;

/// Executes an instruction that will not fail.
std::uint64_t execute(const trial& t) {
  outcome ignored;
  attempt(t, ignored);
  return ignored.value;
}
std::uint64_t msr(x86::msr which) {
  return execute({.what = instruction::rdmsr, .number = static_cast<std::uint32_t>(which)});
}

processor explore() {
  processor p{};
  const leaf extended = cpuid(0x8000'0001), seven = cpuid(0).eax >= 7 ? cpuid(7) : leaf{};
  p.maxphyaddr = cpuid(0x8000'0008).eax & 0xff;
  p.features = (bit(extended.edx, 20) ? feature::nx : 0) | (bit(extended.edx, 26) ? feature::gbpages : 0) |
               (bit(seven.ebx, 7) ? feature::smep : 0) | (bit(seven.ebx, 20) ? feature::smap : 0) |
               (bit(extended.edx, 27) ? feature::rdtscp : 0);
  p.variable_mtrrs = msr(x86::msr::mtrr_capability) & 0xff;
  p.cr0 = read_control_register(0);
  p.cr3 = read_control_register(3);
  p.cr4 = read_control_register(4);
  p.efer = msr(x86::msr::efer);
  p.apic_base = msr(x86::msr::apic_base);
  return p;
}

void set_control_registers(std::uint64_t cr0, std::uint64_t cr4, std::uint64_t efer) {
  execute({.what = instruction::mov_to_cr, .number = 0, .value = cr0});
  execute({.what = instruction::mov_to_cr, .number = 4, .value = cr4});
  execute({.what = instruction::wrmsr, .number = static_cast<std::uint32_t>(x86::msr::efer), .value = efer});
}

std::uint64_t read_back(const trial& t) {
  switch (t.what) {
    case instruction::mov_to_cr:
      return read_control_register(t.number);
    case instruction::lmsw:
    case instruction::clts:
      return read_control_register(0);
    case instruction::wrmsr:
      return execute({.what = instruction::rdmsr, .number = t.number});
    case instruction::mov_to_dr:
      return read_debug_register(t.number);
    default:
      return 0;
  }
}

outcome run(const processor& own, const trial& t) {
  set_control_registers(t.cr0, t.cr4, t.efer);
  write_debug_register(6, t.dr6);
  write_debug_register(7, t.dr7);
  outcome o;
  attempt(t, o);
  // GD would be in the way of looking; that a fault has cleared it is what is to be seen.
  const bool writes = t.what == instruction::mov_to_cr || t.what == instruction::lmsw || t.what == instruction::clts ||
                      t.what == instruction::wrmsr || t.what == instruction::mov_to_dr;
  if (writes && o.vector == outcome::none) o.value = read_back(t);
  o.dr7 = read_debug_register(7);
  o.dr6 = read_debug_register(6);
  write_debug_register(7, 0x400);
  set_control_registers(own.cr0, own.cr4, own.efer);
  execute({.what = instruction::mov_to_cr, .number = 3, .value = own.cr3});
  execute({.what = instruction::mov_to_cr, .number = 8, .value = 0});
  return o;
}

void run_all(const opguest::order& asked) {
  const processor own = explore();
  out.put32(record::magic);
  out.put_words(own);
  out.put64(asked.seed);
  out.put32(asked.first);
  const generator trials{own, asked.seed};
  for (std::uint32_t n = 0; n < asked.count; ++n) {
    const outcome o = run(own, trials.make(asked.first + n));
    out.put8(record::trial_mark);
    out.put8(o.vector);
    out.put32(o.error_code);
    out.put64(o.value);
    out.put64(o.dr6);
    out.put64(o.dr7);
  }
  out.put8(record::end_mark);
  out.put32(asked.count);
  out.flush();
}

}  // namespace
}  // namespace umbra::registercheck

extern "C" [[noreturn]] void guest_main(const umbra::opguest::boot_information* boot) {
  umbra::registercheck::catch_exceptions();
  umbra::registercheck::run_all(umbra::opguest::read_order(*boot));
  umbra::opguest::power_off();
}
