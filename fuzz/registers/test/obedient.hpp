// A processor that does what the model says.
#pragma once

#include <bit>

#include "core/x86/debug.hpp"
#include "fuzz/registers/host/expectation.hpp"

namespace umbra::registercheck::test {

inline constexpr processor machine{.maxphyaddr = 40,
                                   .features = feature::nx | feature::smep | feature::smap | feature::rdtscp,
                                   .variable_mtrrs = 8,
                                   .cr0 = 0x8001'0033,
                                   .cr3 = 0x40'4000,
                                   .cr4 = 0x20,
                                   .efer = 0x500,
                                   .apic_base = 0xfee0'0900};

/// As the model would have it.
inline outcome obedient(const trial& t, const expectation& e) {
  outcome o{.dr6 = e.dr6, .dr7 = e.dr7};
  const bool detects = (t.dr7 & x86::dr7::gd) != 0;
  if (!e.completes) o.vector = static_cast<std::uint8_t>(std::countr_zero(e.faults));
  if (e.completes) o.value = e.value;
  if (detects) o.dr6 = t.dr6 | x86::dr6::bd;
  if (detects) o.dr7 = o.vector == 1 ? t.dr7 & ~x86::dr7::gd : 0;
  return o;
}

}  // namespace umbra::registercheck::test
