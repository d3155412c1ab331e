#include "core/vcpu/msr_rule.hpp"

#include "core/x86/canonical.hpp"
#include "core/x86/debug.hpp"
#include "core/x86/msr.hpp"

namespace umbra::vcpu {

namespace {

using namespace x86;

flag only(word value, std::uint64_t allowed) { return negate(has(value, ~allowed)); }

/// Bits of a guest-physical address, from `low` on.
std::uint64_t address_bits(const features& f, unsigned low) {
  return (std::uint64_t{1} << f.maxphyaddr) - (std::uint64_t{1} << low);
}

/// Types 2, 3 and from 7 on are reserved for MTRRs.
flag range_type(word type) {
  using namespace memory_type;
  constexpr std::uint64_t types[] = {uc, wc, wt, wp, wb};
  flag valid{};
  for (const std::uint64_t t : types) valid = either(valid, type == word{t});
  return valid;
}

flag page_type(word type) { return either(range_type(type), type == word{memory_type::uc_minus}); }

template <class Valid>
flag all_bytes(word value, Valid valid) {
  flag all = true;
  for (unsigned n = 0; n < 8; ++n) all = both(all, valid(field(value, 8 * n, 8)));
  return all;
}

}  // namespace

flag takes(msr_rule rule, word value, const features& f) {
  switch (rule) {
    case msr_rule::any:
    case msr_rule::revision:
    case msr_rule::command:
    case msr_rule::efer:
      return true;
    case msr_rule::constant:
      return false;
    case msr_rule::lower_half:
      return only(value, 0xffff'ffff);
    case msr_rule::canonical:
      return x86::canonical(value);
    case msr_rule::apic_base:
      return only(value, address_bits(f, 12) | apic_base::bootstrap | apic_base::enable);
    case msr_rule::misc_enable:
      return only(value, misc_enable::fast_strings | misc_enable::no_branch_trace | misc_enable::no_event_sampling);
    case msr_rule::debugctl:
      return only(value, debugctl::btf);
    case msr_rule::machine_check:
      return only(value, machine_check_status::defined);
    case msr_rule::page_attributes:
      return all_bytes(value, page_type);
    case msr_rule::fixed_ranges:
      return all_bytes(value, range_type);
    case msr_rule::range_default:
      return both(only(value, mtrr::type | mtrr::fixed_enabled | mtrr::enabled), range_type(field(value, 0, 8)));
    case msr_rule::range_base:
      return both(only(value, address_bits(f, 12) | mtrr::type), range_type(field(value, 0, 8)));
    case msr_rule::range_mask:
      return only(value, address_bits(f, 12) | mtrr::valid);
  }
  return false;
}

}  // namespace umbra::vcpu
