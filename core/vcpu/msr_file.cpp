#include "core/vcpu/msr_file.hpp"

namespace umbra::vcpu {

namespace {

constexpr unsigned place_of(x86::msr which) {
  unsigned n = 0;
  while (n < msr_file::count && msr_table[n].which != which) ++n;
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

word msr_file::value(x86::msr which) const { return values_[place_of(which)]; }

}  // namespace umbra::vcpu
