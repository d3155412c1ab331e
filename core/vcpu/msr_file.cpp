#include "core/vcpu/msr_file.hpp"

namespace umbra::vcpu {

namespace {

/// Of an MSR that the table has.
constexpr unsigned place_of(x86::msr which) {
  unsigned n = 0;
  while (msr_table[n].which != which) ++n;
  return n;
}

}  // namespace

msr_file::msr_file(unsigned vcpu) {
  for (unsigned n = 0; n < count; ++n) values_[n] = word{msr_table[n].at_reset};
  constexpr unsigned apic = place_of(x86::msr::apic_base);
  if (vcpu == 0) values_[apic] = values_[apic] | word{x86::apic_base::bootstrap};
}

unsigned msr_file::find(word number) {
  for (unsigned n = 0; n < count; ++n) {
    if (number == word{static_cast<std::uint32_t>(msr_table[n].which)}) return n;
  }
  return none;
}

bool msr_file::present(unsigned n, const x86::features& f) {
  switch (msr_table[n].presence) {
    case msr_presence::always:
      break;
    case msr_presence::with_long_mode:
      return static_cast<bool>(f.long_mode);
    case msr_presence::with_efer:
      return static_cast<bool>(either(f.long_mode, f.nx));
    case msr_presence::with_machine_check:
      return static_cast<bool>(f.machine_check);
  }
  return true;
}

word msr_file::value(x86::msr which) const { return values_[place_of(which)]; }

}  // namespace umbra::vcpu
