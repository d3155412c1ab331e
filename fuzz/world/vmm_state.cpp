// What a VMM sets beside registers that are fields: events, debug state, CPUID, MSRs. The model does not follow it.
#include <algorithm>
#include <array>
#include <utility>

#include "core/x86/cpuid.hpp"
#include "fuzz/world/world.hpp"

namespace umbra::fuzz {

namespace {

vcpu::saved_events events_of(std::uint64_t value) {
  vcpu::saved_events s;
  s.has_exception = has(value, 1u << 8);
  s.exception = vcpu::event::of(x86::event_type::hardware_exception, field(value, 0, 8));
  s.exception.has_error_code = has(value, 1u << 9);
  s.exception.error_code = value >> 32;
  s.nmis = field(value, 12, 4);
  s.blocking = field(value, 16, 4);
  return s;
}

/// A processor with some features, and some leaves of no meaning.
bool set_cpuid(vcpu::vcpu& v, std::uint64_t value) {
  using namespace x86::cpuid;
  const auto wanted = [value](unsigned bit, std::uint64_t mask) {
    return static_cast<std::uint32_t>(when(has(value, std::uint64_t{1} << bit), mask));
  };
  std::array<vcpu::cpuid_row, vcpu::cpuid_table::limit + 1> rows{};
  rows[0] = {.leaf = basic_information, .eax = structured_features};
  rows[1] = {.leaf = version + wanted(15, 1), .edx = wanted(13, version_edx::mca)};
  rows[2] = {.leaf = structured_features,
             .subleaf = wanted(14, 1),
             .has_subleaves = !has(value, 1u << 14),
             .ebx = wanted(8, structured_ebx::smep) | wanted(9, structured_ebx::smap)};
  rows[3] = {.leaf = extended_information, .eax = address_sizes};
  rows[4] = {
      .leaf = extended_features,
      .edx = wanted(10, extended_edx::nx) | wanted(11, extended_edx::long_mode) | wanted(12, extended_edx::gbpages)};
  rows[5] = {.leaf = address_sizes, .eax = static_cast<std::uint32_t>(field(value, 0, 8))};
  const std::size_t count = std::min<std::size_t>(rows.size(), field(value, 16, 8));
  return v.set_cpuid({rows.data(), count}) && std::as_const(v).cpuid().count() == count &&
         (count == 0 || std::as_const(v).cpuid().row(0).leaf == rows[0].leaf);
}

bool keeps_to(std::uint64_t chosen, const vmx::allowed& by) {
  return (chosen & by.must) == by.must && (chosen & ~by.may) == 0;
}

/// Whether the controls that umbra chooses on a processor without one of them are those that it has, if it runs there.
bool chooses_well(platform::host& host, std::uint64_t value) {
  vmx::capabilities can;
  if (!can.read(host)) return false;
  vmx::allowed* const words[] = {&can.pin, &can.processor, &can.secondary, &can.exit, &can.entry, &can.cr0, &can.cr4};
  vmx::allowed& less = *words[(value & 0xff) % std::size(words)];
  const std::uint64_t bit = std::uint64_t{1} << (value >> 8 & 63);
  less.may &= ~bit;
  less.must &= ~bit;
  vmx::controls chosen;
  if (chosen.choose(can) != nullptr) return true;
  return keeps_to(chosen.pin, can.pin) && keeps_to(chosen.processor, can.processor) &&
         keeps_to(chosen.exit, can.exit) && keeps_to(chosen.entry, can.entry) &&
         (!chosen.has_secondary() || keeps_to(chosen.secondary, can.secondary));
}

}  // namespace

/// False: refused, and nothing has changed.
bool world::set_vmm_state(vmm_state what, std::uint64_t value) {
  vmx::cpu& v = *vcpus_[current_];
  switch (what) {
    case vmm_state::task_priority:
      if (!vcpu::valid_priority(word{value})) return false;
      v.guest().state().cr8 = value;
      return true;
    case vmm_state::interrupt_window:
      v.want_interrupt_window(value != 0);
      return true;
    case vmm_state::events: {
      if (!v.restore_events(events_of(value))) return false;
      const vcpu::saved_events s = v.guest().save_events();
      if (s.blocking != v.guest().state().blocking)
        fail("status", "events that were restored are not those that are saved");
      machine_->cpu(current_).inform(x86::vmcs::guest_interruptibility, s.blocking);
      return true;
    }
    case vmm_state::debug_registers: {
      std::array<word, 4> in_force{};
      if (!v.set_debug_registers({1, value, ~value, value << 12}, value >> 32, field(value, 0, 32))) return false;
      if (v.breakpoints(in_force) && !v.guest_debug().hardware_breakpoints && in_force != v.guest().state().breakpoint)
        fail("status", "hardware is to run the guest with breakpoints that are not the guest's");
      return true;
    }
    case vmm_state::guest_debug:
      return v.set_guest_debug({.single_step = (value & 1) != 0,
                                .software_breakpoints = (value & 2) != 0,
                                .hardware_breakpoints = (value & 4) != 0,
                                .breakpoint = {0x1000, 0x2000, value, 0},
                                .dr7 = field(value, 8, 32)});
    case vmm_state::cpuid:
      return set_cpuid(v.guest(), value);
    case vmm_state::msr: {
      const word number = field(value, 0, 32);
      word now{};
      if (!v.read_msr(number, now, vmx::msr_user::vmm)) return false;
      return v.write_msr(number, now ^ (value >> 32), vmx::msr_user::vmm);
    }
    case vmm_state::msr_exits:
      v.ask_for_unknown_msrs(value != 0);
      return true;
    case vmm_state::fpu:
      v.guest().fpu().deactivate();
      return true;
    case vmm_state::interrupts:
      v.guest().interrupts().set_bits(value & 3, value >> 2);
      return true;
    case vmm_state::probe:
      if (!chooses_well(machine_->host(), value))
        fail("status", "umbra runs under controls that the processor has not");
      return true;
  }
  return false;
}

}  // namespace umbra::fuzz
