// The program: says what it runs on, then attempts a VM entry with one state after the other, and reports how each
// ended.
#include "core/x86/control.hpp"
#include "fuzz/entry/program/instructions.hpp"
#include "fuzz/entry/shared/generator.hpp"
#include "fuzz/entry/shared/record.hpp"
#include "fuzz/guest/program/cpuid.hpp"
#include "fuzz/guest/program/machine.hpp"
#include "fuzz/guest/program/port.hpp"

extern "C" {
int attempt_entry();
extern std::uint8_t exit_point[], table[], task[];
}

namespace umbra::entrycheck {
namespace {

using opguest::bit, opguest::cpuid, opguest::leaf;

opguest::console out;
state current;
bool exists[state::count];  ///< fields that the processor has

capabilities explore() {
  using enum x86::msr;
  capabilities c{};
  c.basic = read_msr(vmx_basic);
  const bool exact = (c.basic & x86::vmx_basic::true_controls) != 0;
  c.misc = read_msr(vmx_misc);
  c.pin = read_msr(exact ? vmx_true_pin_controls : vmx_pin_controls);
  c.processor = read_msr(exact ? vmx_true_processor_controls : vmx_processor_controls);
  c.exit = read_msr(exact ? vmx_true_exit_controls : vmx_exit_controls);
  c.entry = read_msr(exact ? vmx_true_entry_controls : vmx_entry_controls);
  if (may(c.processor) & x86::processor_control::secondary) c.secondary = read_msr(vmx_secondary_controls);
  namespace sec = x86::secondary_control;
  if (may(c.secondary) & (sec::enable_ept | sec::enable_vpid)) c.ept_vpid = read_msr(vmx_ept_vpid);
  if (may(c.secondary) & sec::enable_vm_functions) c.vm_functions = read_msr(static_cast<x86::msr>(0x491));
  c.cr0_fixed0 = read_msr(vmx_cr0_fixed0);
  c.cr0_fixed1 = read_msr(vmx_cr0_fixed1);
  c.cr4_fixed0 = read_msr(vmx_cr4_fixed0);
  c.cr4_fixed1 = read_msr(vmx_cr4_fixed1);
  c.maxphyaddr = cpuid(0x8000'0008).eax & 0xff;
  const leaf extended = cpuid(0x8000'0001), seven = cpuid(7);
  c.features = (bit(extended.edx, 20) ? feature::nx : 0) | (bit(extended.edx, 29) ? feature::long_mode : 0) |
               (bit(seven.ebx, 11) ? feature::rtm : 0) | (bit(seven.ebx, 2) ? feature::sgx : 0);
  return c;
}

void put(std::uint64_t physical, std::uint64_t value) { *reinterpret_cast<volatile std::uint64_t*>(physical) = value; }

/// VMX operation, with `vmcs_region` current.
bool enter_vmx(const capabilities& c) {
  constexpr auto feature_control = x86::msr::feature_control;
  if ((read_msr(feature_control) & 1) == 0) write_msr(feature_control, 5);
  write_cr0(read_cr0() | c.cr0_fixed0);
  write_cr4(read_cr4() | c.cr4_fixed0);
  put(layout::vmxon_region, c.basic & 0x7fff'ffff);
  put(layout::vmcs_region, c.basic & 0x7fff'ffff);
  return vmxon(layout::vmxon_region);
}

/// Leaves out those that software cannot write.
void find_fields() {
  vmclear(layout::vmcs_region);
  vmptrld(layout::vmcs_region);
  for (unsigned i = 0; i < state::count; ++i) {
    const x86::vmcs f = state::field_at(i);
    exists[i] = x86::part_of(f) != x86::vmcs_part::information && vmwrite(f, 0);
  }
}

host own_state() {
  return {.cr0 = read_cr0(),
          .cr3 = read_cr3(),
          .cr4 = read_cr4(),
          .efer = read_msr(x86::msr::efer),
          .pat = read_msr(x86::msr::pat),
          .rip = reinterpret_cast<std::uint64_t>(exit_point),
          .gdtr_base = reinterpret_cast<std::uint64_t>(table),
          .idtr_base = 0,
          .tr_base = reinterpret_cast<std::uint64_t>(task)};
}

void set_memory(const state& s) {
  for (unsigned i = 0; i < 4; ++i) put(layout::guest_tables + 8 * i, s.pdptes[i]);
  for (unsigned i = 0; i < 2 * layout::entry_list_limit; ++i) put(layout::entry_list + 8 * i, s.entry_list[i]);
  put(layout::virtual_apic + layout::task_priority, s.task_priority);
  put(layout::linked, s.linked);
  put(layout::store_list, static_cast<std::uint32_t>(x86::msr::sysenter_cs));
  put(layout::load_list, static_cast<std::uint32_t>(x86::msr::sysenter_cs));
}

/// The VMCS is cleared each time, so that VMLAUNCH is the instruction, and no field stays from before.
void attempt(const host& h, const state& s) {
  const std::uint64_t region = layout::vmcs_region;
  vmclear(region);
  vmptrld(region);
  for (unsigned i = 0; i < state::count; ++i)
    if (exists[i]) vmwrite(state::field_at(i), s.fields[i]);
  set_memory(s);
  const int how = attempt_entry();
  out.put8(record::attempt_mark);
  out.put32(digest(s));
  out.put8(how == 0 ? 0 : how == 1 ? 0xff : static_cast<std::uint8_t>(vmread(x86::vmcs::instruction_error)));
  out.put32(how == 0 ? static_cast<std::uint32_t>(vmread(x86::vmcs::exit_reason)) : 0);
  out.put64(how == 0 ? vmread(x86::vmcs::exit_qualification) : 0);
  if (how != 0) return;
  write_cr0(h.cr0);
  write_cr4(h.cr4);
  write_msr(x86::msr::efer, h.efer);
  write_msr(x86::msr::pat, h.pat);
}

void run(const opguest::order& asked) {
  const capabilities c = explore();
  const bool on = enter_vmx(c);
  if (on) find_fields();
  const host h = own_state();
  out.put32(on ? record::magic : 0);
  out.put_words(c);
  out.put_words(h);
  out.put64(asked.seed);
  out.put32(asked.first);
  const generator states{c, h, asked.seed};
  for (std::uint32_t n = 0; on && n < asked.count; ++n) {
    states.make(asked.first + n, current);
    attempt(h, current);
  }
  out.put8(record::end_mark);
  out.put32(asked.count);
  out.flush();
}

}  // namespace
}  // namespace umbra::entrycheck

extern "C" [[noreturn]] void guest_main(const umbra::opguest::boot_information* boot) {
  using namespace umbra::entrycheck;
  out8(0x21, 0xff);  // no interrupt comes from the timer that the BIOS has started
  out8(0xa1, 0xff);
  run(umbra::opguest::read_order(*boot));
  umbra::opguest::power_off();
}
