// Every model-specific register that a guest has. What the table does not name, there is not.
#pragma once

#include <array>

#include "core/vcpu/msr_rule.hpp"
#include "core/x86/msr.hpp"

namespace umbra::vcpu {

/// Which processors have a register.
enum class msr_presence : unsigned char { always, with_long_mode, with_efer, with_machine_check };

struct msr_description {
  x86::msr which{};
  msr_rule rule{};
  std::uint64_t at_reset = 0;
  msr_presence presence = msr_presence::always;
};

namespace detail {

using enum x86::msr;

constexpr msr_description single_msrs[] = {
    {tsc, msr_rule::any},
    {platform_id, msr_rule::constant},
    {apic_base, msr_rule::apic_base, 0xfee0'0000 | x86::apic_base::enable},
    {microcode_update, msr_rule::command},
    // Linux takes a revision of zero for a processor whose errata are not fixed.
    {microcode_revision, msr_rule::revision, std::uint64_t{1} << 32},
    {mtrr_capability, msr_rule::constant,
     x86::mtrr::variable_ranges | x86::mtrr::capability_fixed | x86::mtrr::capability_write_combining},
    {sysenter_cs, msr_rule::any},
    {sysenter_esp, msr_rule::canonical},
    {sysenter_eip, msr_rule::canonical},
    // No banks.
    {machine_check_capability, msr_rule::constant, 0, msr_presence::with_machine_check},
    {machine_check_status, msr_rule::machine_check, 0, msr_presence::with_machine_check},
    {misc_enable, msr_rule::misc_enable,
     x86::misc_enable::fast_strings | x86::misc_enable::no_branch_trace | x86::misc_enable::no_event_sampling},
    {debugctl, msr_rule::debugctl},
    {mtrr_fix_64k, msr_rule::fixed_ranges},
    {mtrr_fix_16k_80000, msr_rule::fixed_ranges},
    {mtrr_fix_16k_a0000, msr_rule::fixed_ranges},
    {pat, msr_rule::page_attributes, 0x0007'0406'0007'0406},
    {mtrr_default, msr_rule::range_default},
    {efer, msr_rule::efer, 0, msr_presence::with_efer},
    {star, msr_rule::any, 0, msr_presence::with_long_mode},
    {lstar, msr_rule::canonical, 0, msr_presence::with_long_mode},
    {cstar, msr_rule::canonical, 0, msr_presence::with_long_mode},
    {syscall_mask, msr_rule::lower_half, 0, msr_presence::with_long_mode},
    {fs_base, msr_rule::canonical, 0, msr_presence::with_long_mode},
    {gs_base, msr_rule::canonical, 0, msr_presence::with_long_mode},
    {kernel_gs_base, msr_rule::canonical, 0, msr_presence::with_long_mode},
};
constexpr unsigned singles = sizeof single_msrs / sizeof *single_msrs, fixed_4k_ranges = 8;

consteval x86::msr after(x86::msr first, unsigned n) {
  return static_cast<x86::msr>(static_cast<std::uint32_t>(first) + n);
}

}  // namespace detail

constexpr auto msr_table = [] {
  using namespace detail;
  std::array<msr_description, singles + fixed_4k_ranges + 2 * x86::mtrr::variable_ranges> table{};
  unsigned count = 0;
  for (const msr_description& each : single_msrs) table[count++] = each;
  for (unsigned n = 0; n < fixed_4k_ranges; ++n) {
    table[count++] = {after(mtrr_fix_4k_c0000, n), msr_rule::fixed_ranges};
  }
  for (unsigned n = 0; n < x86::mtrr::variable_ranges; ++n) {
    table[count++] = {after(mtrr_base0, 2 * n), msr_rule::range_base};
    table[count++] = {after(mtrr_base0, 2 * n + 1), msr_rule::range_mask};
  }
  return table;
}();

}  // namespace umbra::vcpu
