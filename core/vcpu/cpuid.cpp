#include "core/vcpu/cpuid.hpp"

#include "core/x86/cpuid.hpp"

namespace umbra::vcpu {

namespace {

using namespace x86::cpuid;

// Family 6, and no feature whose registers the guest could not use.
constexpr std::uint64_t family_6 = 0x6f0, apic_id_at = 24, linear_bits = 48;
constexpr std::uint64_t features_of_all = version_edx::fpu | version_edx::de | version_edx::pse | version_edx::tsc |
                                          version_edx::msr | version_edx::pae | version_edx::cx8 | version_edx::sep |
                                          version_edx::mtrr | version_edx::pge | version_edx::cmov | version_edx::pat |
                                          version_edx::pse36 | version_edx::fxsr | version_edx::sse | version_edx::sse2;

flag is(word leaf, std::uint32_t which) { return leaf == word{which}; }

cpuid_result answer(const cpuid_row& r) { return {word{r.eax}, word{r.ebx}, word{r.ecx}, word{r.edx}}; }

flag same(const cpuid_result& a, const cpuid_result& b) {
  return both(both(a.eax == b.eax, a.ebx == b.ebx), both(a.ecx == b.ecx, a.edx == b.edx));
}

/// Row of a leaf's first sub-leaf, if there is one below the limit that row `limit_leaf` gives.
const cpuid_row* row_of(std::span<const cpuid_row> rows, std::uint32_t leaf, std::uint32_t limit_leaf) {
  const cpuid_row *found = nullptr, *limit = nullptr;
  for (const cpuid_row& r : rows) {
    if (r.leaf == leaf && r.subleaf == 0 && found == nullptr) found = &r;
    if (r.leaf == limit_leaf && limit == nullptr) limit = &r;
  }
  return limit != nullptr && leaf <= limit->eax ? found : nullptr;
}

}  // namespace

cpuid_table::cpuid_table(const x86::features& f, unsigned apic_id) {
  // "GenuineIntel" in EBX, EDX, ECX.
  add({.leaf = basic_information,
       .result = {word{structured_features}, word{0x756e'6547}, word{0x6c65'746e}, word{0x4965'6e69}}});
  add({.leaf = version,
       .result = {word{family_6}, word{std::uint64_t{apic_id} << apic_id_at}, word{0}, word{features_of_all}}});
  add({.leaf = structured_features,
       .has_subleaves = true,
       .result = {word{0}, when(f.smep, structured_ebx::smep) | when(f.smap, structured_ebx::smap), word{0}, word{0}}});
  add({.leaf = extended_information, .result = {word{address_sizes}, word{0}, word{0}, word{0}}});
  add({.leaf = extended_features,
       .result = {word{0}, word{0}, word{0},
                  when(f.nx, extended_edx::nx) | when(f.gbpages, extended_edx::gbpages) |
                      when(f.long_mode, extended_edx::long_mode | extended_edx::syscall)}});
  add({.leaf = address_sizes, .result = {word{f.maxphyaddr | linear_bits << 8}, word{0}, word{0}, word{0}}});
}

void cpuid_table::add(const entry& e) {
  if (e.leaf == basic_information) last_basic_ = e.result.eax;
  if (e.leaf == extended_information) last_extended_ = e.result.eax;
  entries_[count_++] = e;
}

bool cpuid_table::set(std::span<const cpuid_row> rows) {
  if (rows.size() > limit) return false;
  count_ = 0;
  last_basic_ = last_extended_ = word{0};
  for (const cpuid_row& r : rows) add({r.leaf, r.subleaf, r.has_subleaves, answer(r)});
  return true;
}

bool cpuid_table::says(std::span<const cpuid_row> rows) const {
  if (rows.size() != count_) return false;
  for (unsigned n = 0; n < count_; ++n) {
    const cpuid_row& r = rows[n];
    const entry& e = entries_[n];
    if (r.leaf != e.leaf || r.subleaf != e.subleaf || r.has_subleaves != e.has_subleaves) return false;
    if (!same(answer(r), e.result)) return false;
  }
  return true;
}

flag cpuid_table::beyond(word leaf) const {
  const word group = leaf >> group_at;
  const flag extended = group == word{extended_group}, of_software = group == word{software_group};
  const flag below_extended = both(extended, leaf <= last_extended_);
  return negate(either(either(of_software, below_extended), both(negate(extended), leaf <= last_basic_)));
}

cpuid_result cpuid_table::listed(word leaf, word subleaf) const {
  for (unsigned n = 0; n < count_; ++n) {
    const entry& e = entries_[n];
    if (is(leaf, e.leaf) && (!e.has_subleaves || is(subleaf, e.subleaf))) return e.result;
  }
  return {};
}

cpuid_result cpuid_table::find(word leaf, word subleaf, const cpuid_dynamic& now) const {
  if (beyond(leaf)) leaf = last_basic_;
  cpuid_result r = listed(leaf, subleaf);
  // CR4 has neither OSXSAVE nor PKE.
  r.ecx = r.ecx &
          ~(when(is(leaf, version), version_ecx::osxsave) | when(is(leaf, structured_features), structured_ecx::ospke));
  r.edx = r.edx & ~(when(both(is(leaf, version), negate(now.apic_enabled)), version_edx::apic) |
                    when(both(is(leaf, extended_features), negate(now.long_code)), extended_edx::syscall));
  return r;
}

bool promised(std::span<const cpuid_row> rows, x86::features& out) {
  constexpr unsigned least = 32, most = 52;
  // Where nothing says it: there is PAE (SDM 4.1.4).
  constexpr unsigned usual = 36;
  const cpuid_row* basic = row_of(rows, version, basic_information);
  const cpuid_row* structured = row_of(rows, structured_features, basic_information);
  const cpuid_row* extended = row_of(rows, extended_features, extended_information);
  const cpuid_row* sizes = row_of(rows, address_sizes, extended_information);
  const std::uint32_t ebx = structured != nullptr ? structured->ebx : 0, edx = extended != nullptr ? extended->edx : 0;
  const unsigned width = sizes != nullptr ? sizes->eax & ((1u << address_eax::physical_bits) - 1) : usual;
  if (width < least || width > most) return false;
  out.maxphyaddr = width;
  out.nx = (edx & extended_edx::nx) != 0;
  out.long_mode = (edx & extended_edx::long_mode) != 0;
  out.gbpages = (edx & extended_edx::gbpages) != 0;
  out.smep = (ebx & structured_ebx::smep) != 0;
  out.machine_check = basic != nullptr && (basic->edx & version_edx::mca) != 0;
  out.smap = (ebx & structured_ebx::smap) != 0;
  return true;
}

}  // namespace umbra::vcpu
