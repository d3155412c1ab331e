#include "core/vcpu/cpuid.hpp"

namespace umbra::vcpu {

namespace {

constexpr std::uint32_t basic_information = 0, version = 1, structured_features = 7, extended_information = 0x8000'0000,
                        extended_features = 0x8000'0001, address_sizes = 0x8000'0008;

// Version (1): family 6, and no feature whose registers the guest could not use.
constexpr std::uint64_t family_6 = 0x6f0, apic_id_at = 24;
constexpr std::uint64_t fpu = 1u << 0, pse = 1u << 3, tsc = 1u << 4, msr = 1u << 5, pae = 1u << 6, cx8 = 1u << 8,
                        pge = 1u << 13, cmov = 1u << 15, pse36 = 1u << 17, fxsr = 1u << 24, sse = 1u << 25,
                        sse2 = 1u << 26;
// Structured features (7), extended features (80000001H).
constexpr std::uint64_t smep = 1u << 7, smap = 1u << 20;
constexpr std::uint64_t nx = 1u << 20, gbpages = 1u << 26, long_mode = 1u << 29;
constexpr std::uint64_t linear_bits = 48;

}  // namespace

cpuid_table::cpuid_table(const x86::features& f, unsigned apic_id) : last_basic_(structured_features) {
  // "GenuineIntel" in EBX, EDX, ECX.
  add({.leaf = basic_information,
       .result = {word{structured_features}, word{0x756e'6547}, word{0x6c65'746e}, word{0x4965'6e69}}});
  add({.leaf = version,
       .result = {word{family_6}, word{std::uint64_t{apic_id} << apic_id_at}, word{0},
                  word{fpu | pse | tsc | msr | pae | cx8 | pge | cmov | pse36 | fxsr | sse | sse2}}});
  add({.leaf = structured_features,
       .has_subleaves = true,
       .result = {word{0}, when(f.smep, smep) | when(f.smap, smap), word{0}, word{0}}});
  add({.leaf = extended_information, .result = {word{address_sizes}, word{0}, word{0}, word{0}}});
  add({.leaf = extended_features,
       .result = {word{0}, word{0}, word{0},
                  when(f.nx, nx) | when(f.gbpages, gbpages) | when(f.long_mode, long_mode)}});
  add({.leaf = address_sizes, .result = {word{f.maxphyaddr | linear_bits << 8}, word{0}, word{0}, word{0}}});
}

cpuid_result cpuid_table::find(word leaf, word subleaf) const {
  const flag extended = both(leaf >= word{extended_information}, leaf <= word{address_sizes});
  if (negate(either(extended, leaf <= word{last_basic_}))) leaf = word{last_basic_};
  for (unsigned n = 0; n < count_; ++n) {
    const entry& e = entries_[n];
    if (leaf == word{e.leaf} && (!e.has_subleaves || subleaf == word{e.subleaf})) return e.result;
  }
  return {};
}

}  // namespace umbra::vcpu
