#include "core/vcpu/msr_file.hpp"

namespace umbra::vcpu {

namespace {

constexpr unsigned place_of(x86::msr which) {
  unsigned n = 0;
  while (n < msr_file::count && msr_table[n].which != which) ++n;
  return n;
}

flag present(msr_presence p, const x86::features& f) {
  switch (p) {
    case msr_presence::always:
      break;
    case msr_presence::with_long_mode:
      return f.long_mode;
    case msr_presence::with_efer:
      return either(f.long_mode, f.nx);
  }
  return true;
}

}  // namespace

msr_file::msr_file(unsigned vcpu) {
  for (unsigned n = 0; n < count; ++n) values_[n] = word{msr_table[n].at_reset};
  constexpr unsigned apic = place_of(x86::msr::apic_base);
  if (vcpu == 0) values_[apic] = values_[apic] | word{x86::apic_base::bootstrap};
}

unsigned msr_file::find(word number, const x86::features& f) {
  for (unsigned n = 0; n < count; ++n) {
    if (number != word{static_cast<std::uint32_t>(msr_table[n].which)}) continue;
    if (present(msr_table[n].presence, f)) return n;
    break;
  }
  return none;
}

word msr_file::value(x86::msr which) const { return values_[place_of(which)]; }

}  // namespace umbra::vcpu
