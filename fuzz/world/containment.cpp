#include "fuzz/world/containment.hpp"

#include "core/x86/exception.hpp"
#include "core/x86/flags.hpp"
#include "core/x86/msr.hpp"
#include "fuzz/world/host_facts.hpp"
#include "models/machine/msrs.hpp"

namespace umbra::fuzz {

namespace {

using enum x86::vmcs;
using found = std::optional<gap>;

struct demand {
  x86::vmcs field;
  std::uint64_t on, off;
  const char* what;
};

namespace processor = x86::processor_control;
namespace secondary = x86::secondary_control;

/// Without TPR shadow, CR8 is the host's; so are the debug registers, ports, performance counters, and what RDMSR and
/// WRMSR name. Bitmaps would let through what they do not name. Without EPT, CR3 and INVLPG are the shadow MMU's.
constexpr std::uint64_t touch_the_host = processor::hlt_exiting | processor::invlpg_exiting | processor::mwait_exiting |
                                         processor::monitor_exiting | processor::rdpmc_exiting |
                                         processor::cr3_load_exiting | processor::cr3_store_exiting |
                                         processor::cr8_load_exiting | processor::cr8_store_exiting |
                                         processor::mov_dr_exiting | processor::unconditional_io_exiting;
constexpr std::uint64_t bitmaps = processor::use_io_bitmaps | processor::use_msr_bitmaps;

constexpr std::uint64_t bit_of(x86::exception e) { return std::uint64_t{1} << x86::vector_of(e); }
/// Page faults are the shadow MMU's, machine checks the host's. #DB and #AC can be raised by their own delivery, over
/// and over, and no interrupt comes in between.
constexpr std::uint64_t exceptions = bit_of(x86::exception::page_fault) | bit_of(x86::exception::machine_check) |
                                     bit_of(x86::exception::debug) | bit_of(x86::exception::alignment);

constexpr demand demands[] = {
    {pin_controls, x86::pin_control::external_interrupt_exiting | x86::pin_control::nmi_exiting, 0,
     "pin-based controls (SDM 25.6.1)"},
    {processor_controls, touch_the_host, bitmaps, "processor-based controls (SDM 25.6.2)"},
    {secondary_controls, 0,
     secondary::enable_ept | secondary::virtualize_apic_accesses | secondary::enable_vm_functions |
         secondary::vmcs_shadowing,
     "secondary controls (SDM 25.6.2)"},
    {exception_bitmap, exceptions, 0, "exception bitmap (SDM 25.6.3)"},
    {page_fault_mask, 0, ~std::uint64_t{0}, "page-fault error-code mask (SDM 25.6.3)"},
    {page_fault_match, 0, ~std::uint64_t{0}, "page-fault error-code match (SDM 25.6.3)"},
    {cr3_target_count, 0, ~std::uint64_t{0}, "CR3-target count (SDM 25.6.7)"},
    {exit_controls, x86::exit_control::host_64_bit | x86::exit_control::load_efer, 0, "VM-exit controls (SDM 25.7.1)"},
    {entry_controls, x86::entry_control::load_efer | x86::entry_control::load_debug, 0,
     "VM-entry controls (SDM 25.8.1)"},
};

struct host_field {
  x86::vmcs field;
  std::uint64_t value;
};

constexpr host_field host_fields[] = {
    {host_cs_selector, host_processor.cs},
    {host_ss_selector, host_processor.ss},
    {host_ds_selector, 0},
    {host_es_selector, 0},
    {host_fs_selector, 0},
    {host_gs_selector, 0},
    {host_tr_selector, host_processor.tr},
    {host_tr_base, host_processor.tr_base},
    {host_gdtr_base, host_processor.gdtr_base},
    {host_idtr_base, host_processor.idtr_base},
    {host_gs_base, host_processor.gs_base},
    {host_sysenter_cs, host_processor.sysenter_cs},
    {host_sysenter_esp, host_processor.sysenter_esp},
    {host_sysenter_eip, host_processor.sysenter_eip},
    {host_efer, host_processor.efer},
    {host_rip, host_processor.exit_entry_point},
    {host_cr0, host_thread.cr0},
    {host_cr3, host_thread.cr3},
    {host_cr4, host_thread.cr4},
    {host_fs_base, host_thread.fs_base},
};

constexpr unsigned msr_entry_bytes = 16, msr_value_at = 8;

std::uint64_t of_host(std::uint64_t number) {
  std::uint64_t value = 0;
  const auto which = static_cast<x86::msr>(number);
  if (which == x86::msr::kernel_gs_base) return host_thread.kernel_gs_base;
  machine::read_msr(which, value);
  return value;
}

/// Every MSR that entry loads, the exit gives back to the host; and nothing else goes there.
found gap_in_msrs(const machine::processor& cpu, const host_memory& memory) {
  const std::uint64_t at = cpu.read_register(exit_msr_load_address), guests = cpu.read_register(entry_msr_load_address);
  const std::uint64_t count = cpu.read_register(exit_msr_load_count);
  if (count != cpu.read_register(entry_msr_load_count)) {
    return gap{"number of MSRs that VM exit loads, of those that entry does (SDM 25.7.2)", count,
               cpu.read_register(entry_msr_load_count)};
  }
  for (unsigned n = 0; n < count; ++n) {
    const std::uint64_t entry = at + n * msr_entry_bytes;
    const std::uint64_t number = memory.read(entry, 4), loaded = memory.read(guests + n * msr_entry_bytes, 4);
    if (number != loaded) return gap{"number of an MSR that VM exit is to load (SDM 25.7.2)", number, loaded};
    const std::uint64_t value = memory.read(entry + msr_value_at, 8);
    if (value != of_host(number)) return gap{"MSR that VM exit loads (SDM 25.7.2)", value, of_host(number)};
  }
  return {};
}

/// 27.3.1.2: the segments that virtual-8086 mode has.
found gap_in_disguise(const machine::processor& cpu) {
  constexpr unsigned plain_segments = 6, paragraph_shift = 4;
  constexpr std::uint64_t limit = 0xffff, rights = 0xf3;
  for (unsigned n = 0; n < plain_segments; ++n) {
    const std::uint64_t base = cpu.read_register(nth(guest_es_selector, n)) << paragraph_shift;
    const host_field due[] = {
        {nth(guest_es_base, n), base}, {nth(guest_es_limit, n), limit}, {nth(guest_es_rights, n), rights}};
    for (const host_field& f : due) {
      if (cpu.read_register(f.field) != f.value) {
        return gap{"a segment in the place of real mode (SDM 27.3.1.2)", cpu.read_register(f.field), f.value};
      }
    }
  }
  return {};
}

}  // namespace

std::optional<gap> gap_in_containment(const machine::processor& cpu, const host_memory& memory, bool disguised) {
  for (const demand& d : demands) {
    const std::uint64_t value = cpu.read_register(d.field);
    if ((value & d.on) != d.on || (value & d.off) != 0) return gap{d.what, value, (value | d.on) & ~d.off};
  }
  for (const host_field& f : host_fields) {
    if (cpu.read_register(f.field) != f.value) {
      return gap{"host-state area (SDM 25.5)", cpu.read_register(f.field), f.value};
    }
  }
  if (disguised) {
    // In virtual-8086 mode, exceptions would go by the protected-mode IDT, and with IOPL 3 CLI, POPF and INT n would
    // not fault.
    constexpr std::uint64_t all = 0xffff'ffff;
    if (cpu.read_register(exception_bitmap) != all) {
      return gap{"exception bitmap in the place of real mode (SDM 20.2.7)", cpu.read_register(exception_bitmap), all};
    }
    const std::uint64_t flags = cpu.read_register(guest_rflags);
    if (field(flags, x86::rflags::iopl_at, 2) == 3 || !has(flags, x86::rflags::vm)) {
      return gap{"RFLAGS in the place of real mode (SDM 20.2.7)", flags,
                 (flags & ~x86::rflags::iopl) | x86::rflags::vm};
    }
    if (const found g = gap_in_disguise(cpu)) return g;
  }
  return gap_in_msrs(cpu, memory);
}

}  // namespace umbra::fuzz
