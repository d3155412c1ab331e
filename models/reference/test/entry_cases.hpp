// Cases of VM entry: changes to a guest that break one rule each, and changes that VM entry accepts.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/x86/debug.hpp"
#include "core/x86/exception.hpp"
#include "models/reference/test/entry_states.hpp"

namespace umbra::reference::test {

using enum x86::vmcs;
using x86::event_type;
namespace pinc = x86::pin_control;
namespace proc = x86::processor_control;
namespace sec = x86::secondary_control;
namespace xc = x86::exit_control;
namespace nc = x86::entry_control;
namespace flags = x86::rflags;
namespace blocking = x86::interruptibility;

/// All that a check depends on.
struct scene {
  fields vmcs;
  host_memory memory;
  vmx_processor processor = roomy_processor();

  scene(fields f) : vmcs(std::move(f)) {}
  word& operator[](x86::vmcs which) { return vmcs[which]; }
  entry_view view() const { return {vmcs, memory, processor}; }
  entry_verdict verdict() const { return check_entry(view()); }
};

using change = std::function<void(scene&)>;

/// A change that breaks exactly one rule, named by its subject and the beginning of its text.
struct breach {
  const char* subject;
  const char* begins;
  fields (*guest)();
  change spoil;
};

// clang-format off
inline const std::vector<breach> breaches = {
    // 27.2.1.1
    {"pin-based controls", "are those", protected_guest, [](scene& s) { s[pin_controls] &= ~word{2}; }},
    {"pin-based controls", "are those", protected_guest, [](scene& s) { s[pin_controls] |= 1u << 8; }},
    {"primary processor-based controls", "are those", protected_guest, [](scene& s) { s[processor_controls] |= 1; }},
    {"primary processor-based controls", "are those", protected_guest, [](scene& s) { s[processor_controls] &= ~word{0x2000}; }},
    {"secondary processor-based controls", "if activated", protected_guest, [](scene& s) { activate(s.vmcs, 1u << 31); }},
    {"CR3-target count", "is at most", protected_guest, [](scene& s) { s[cr3_target_count] = 5; }},
    {"I/O-bitmap A", "names a page", protected_guest, [](scene& s) { s[processor_controls] |= proc::use_io_bitmaps; s[io_bitmap_a] = 0x1800; }},
    {"I/O-bitmap B", "names a page", protected_guest, [](scene& s) { s[processor_controls] |= proc::use_io_bitmaps; s[io_bitmap_b] = word{1} << 36; }},
    {"MSR bitmap", "names a page", protected_guest, [](scene& s) { s[processor_controls] |= proc::use_msr_bitmaps; s[msr_bitmap] = 0x1001; }},
    {"virtual-APIC address", "names a page", protected_guest, [](scene& s) { s[processor_controls] |= proc::tpr_shadow; s[virtual_apic_page] = 0x800; }},
    {"TPR threshold", "has bits 31:4", protected_guest, [](scene& s) { s[processor_controls] |= proc::tpr_shadow; s[tpr_threshold] = 0x10; }},
    {"TPR threshold", "is not above VTPR", protected_guest, [](scene& s) { s[processor_controls] |= proc::tpr_shadow; s[virtual_apic_page] = 0x6000; s.memory.quads[0x6080] = 0x4f; s[tpr_threshold] = 5; }},
    {"TPR shadow", "is used by", protected_guest, [](scene& s) { activate(s.vmcs, sec::virtualize_x2apic); }},
    {"TPR shadow", "is used by", protected_guest, [](scene& s) { activate(s.vmcs, sec::apic_register_virtualization); }},
    {"virtualize APIC accesses", "and virtualize x2APIC", protected_guest, [](scene& s) { s[processor_controls] |= proc::tpr_shadow; activate(s.vmcs, sec::virtualize_x2apic | sec::virtualize_apic_accesses); }},
    {"APIC-access address", "names a page", protected_guest, [](scene& s) { activate(s.vmcs, sec::virtualize_apic_accesses); s[apic_access_page] = 0xfee0'0010; }},
    {"virtual-interrupt delivery", "needs external", protected_guest, [](scene& s) { s[processor_controls] |= proc::tpr_shadow; activate(s.vmcs, sec::virtual_interrupt_delivery); }},
    {"virtual NMIs", "need NMI exiting", protected_guest, [](scene& s) { s[pin_controls] |= pinc::virtual_nmis; }},
    {"NMI-window exiting", "needs virtual NMIs", protected_guest, [](scene& s) { s[processor_controls] |= proc::nmi_window_exiting; }},
    {"posted interrupts", "need virtual-interrupt", protected_guest, [](scene& s) { s[pin_controls] |= pinc::posted_interrupts; s[exit_controls] |= xc::acknowledge_interrupt; }},
    {"posted interrupts", "need interrupts to be acknowledged", protected_guest, [](scene& s) { s[pin_controls] |= pinc::posted_interrupts | pinc::external_interrupt_exiting; s[processor_controls] |= proc::tpr_shadow; activate(s.vmcs, sec::virtual_interrupt_delivery); }},
    {"posted-interrupt notification vector", "is at most 255", protected_guest, [](scene& s) { s[pin_controls] |= pinc::posted_interrupts | pinc::external_interrupt_exiting; s[exit_controls] |= xc::acknowledge_interrupt; s[processor_controls] |= proc::tpr_shadow; activate(s.vmcs, sec::virtual_interrupt_delivery); s[posted_interrupt_vector] = 256; }},
    {"posted-interrupt descriptor", "is aligned", protected_guest, [](scene& s) { s[pin_controls] |= pinc::posted_interrupts | pinc::external_interrupt_exiting; s[exit_controls] |= xc::acknowledge_interrupt; s[processor_controls] |= proc::tpr_shadow; activate(s.vmcs, sec::virtual_interrupt_delivery); s[posted_interrupt_descriptor] = 32; }},
    {"VPID", "is not 0", protected_guest, [](scene& s) { activate(s.vmcs, sec::enable_vpid); }},
    {"EPT pointer", "has a memory type", real_guest, [](scene& s) { s[ept_pointer] &= ~word{7}; }},
    {"EPT pointer", "asks for a walk", real_guest, [](scene& s) { s[ept_pointer] ^= 0x8; }},
    {"EPT pointer", "asks for accessed", real_guest, [](scene& s) { s[ept_pointer] |= 0x40; }},
    {"EPT pointer", "has bits 11:7", real_guest, [](scene& s) { s[ept_pointer] |= 0x80; }},
    {"EPT pointer", "has bits 11:7", real_guest, [](scene& s) { s[ept_pointer] |= word{1} << 36; }},
    {"page-modification logging", "needs EPT", protected_guest, [](scene& s) { activate(s.vmcs, sec::enable_pml); }},
    {"page-modification log", "names a page", real_guest, [](scene& s) { activate(s.vmcs, sec::enable_pml); s[page_modification_log] = 0x400; }},
    {"unrestricted guest", "needs EPT", protected_guest, [](scene& s) { activate(s.vmcs, sec::unrestricted_guest); }},
    {"mode-based execute control", "needs EPT", protected_guest, [](scene& s) { activate(s.vmcs, sec::mode_based_execute); }},
    {"VM functions", "are those", protected_guest, [](scene& s) { activate(s.vmcs, sec::enable_vm_functions); s[vm_functions] = 2; }},
    {"EPTP switching", "needs EPT", protected_guest, [](scene& s) { activate(s.vmcs, sec::enable_vm_functions); s[vm_functions] = 1; }},
    {"EPTP switching", "needs EPT", real_guest, [](scene& s) { activate(s.vmcs, sec::enable_vm_functions); s[vm_functions] = 1; s[eptp_list] = 8; }},
    {"VMREAD bitmap", "names a page", protected_guest, [](scene& s) { activate(s.vmcs, sec::vmcs_shadowing); s[vmread_bitmap] = 1; }},
    {"VMWRITE bitmap", "names a page", protected_guest, [](scene& s) { activate(s.vmcs, sec::vmcs_shadowing); s[vmwrite_bitmap] = 1; }},
    {"virtualization-exception area", "names a page", protected_guest, [](scene& s) { activate(s.vmcs, sec::ept_violation_exception); s[virtualization_exception_area] = 1; }},
    // 27.2.1.2, 27.2.1.3
    {"exit controls", "are those", protected_guest, [](scene& s) { s[exit_controls] |= 1u << 30; }},
    {"save VMX-preemption timer", "needs", protected_guest, [](scene& s) { s[exit_controls] |= xc::save_preemption_timer; }},
    {"exit MSR-store list", "is aligned", protected_guest, [](scene& s) { s[exit_msr_store_count] = 1; s[exit_msr_store_address] = 0x1008; }},
    {"exit MSR-load list", "is aligned", protected_guest, [](scene& s) { s[exit_msr_load_count] = 2; s[exit_msr_load_address] = (word{1} << 36) - 16; }},
    {"entry controls", "are those", protected_guest, [](scene& s) { s[entry_controls] &= ~word{1}; }},
    {"entry MSR-load list", "is aligned", protected_guest, [](scene& s) { s[entry_msr_load_count] = 1; s[entry_msr_load_address] = word{1} << 36; }},
    {"entry to SMM", "and \"deactivate dual-monitor treatment\" are 0", protected_guest, [](scene& s) { s[entry_controls] |= nc::deactivate_dual_monitor; }},
    {"entry to SMM", "and \"deactivate dual-monitor treatment\" are not both", protected_guest, [](scene& s) { s.processor.in_smm = true; s[entry_controls] |= nc::entry_to_smm | nc::deactivate_dual_monitor; s[guest_interruptibility] = blocking::by_smi; }},
    // 27.2.1.3, events
    {"event to inject", "is of no reserved type", protected_guest, [](scene& s) { s[entry_event] = event(event_type{1}, 33); }},
    {"event to inject", "is of no reserved type", protected_guest, [](scene& s) { s[entry_event] = event(event_type::other, 0); s.processor.processor &= ~(word{proc::monitor_trap_flag} << 32); }},
    {"event to inject", "has vector 2", protected_guest, [](scene& s) { s[entry_event] = event(event_type::nmi, 3); }},
    {"event to inject", "has a vector of at most 31", protected_guest, [](scene& s) { s[entry_event] = event(event_type::hardware_exception, 32); }},
    {"event to inject", "has vector 0", protected_guest, [](scene& s) { s[entry_event] = event(event_type::other, 1); }},
    {"error code", "is delivered only", protected_guest, [](scene& s) { s[guest_rflags] |= flags::interrupt; s[entry_event] = event(event_type::external_interrupt, 13) | x86::event_field::has_error_code; }},
    {"error code", "is delivered only", real_guest, [](scene& s) { s[entry_event] = event(event_type::hardware_exception, 13) | x86::event_field::has_error_code; }},
    {"error code", "is delivered by those", protected_guest, [](scene& s) { s[entry_event] = event(event_type::hardware_exception, 14); }},
    {"error code", "is delivered by those", protected_guest, [](scene& s) { s[entry_event] = event(event_type::hardware_exception, 6) | x86::event_field::has_error_code; }},
    {"event to inject", "has bits 30:12", protected_guest, [](scene& s) { s[entry_event] = event(event_type::hardware_exception, 6) | 1u << 12; }},
    {"error code", "has bits 31:16", protected_guest, [](scene& s) { s[entry_event] = event(event_type::hardware_exception, 13) | x86::event_field::has_error_code; s[entry_error_code] = 0x1'0000; }},
    {"instruction length", "is 1 to 15", protected_guest, [](scene& s) { s[entry_event] = event(event_type::software_interrupt, 0x80); }},
    {"instruction length", "is 1 to 15", protected_guest, [](scene& s) { s[entry_event] = event(event_type::software_exception, 3); s[entry_instruction_length] = 16; }},
    {"instruction length", "is 1 to 15", protected_guest, [](scene& s) { s[entry_event] = event(event_type::privileged_exception, 1); }},
    // 27.2.2 to 27.2.4
    {"host CR0", "has the bits", protected_guest, [](scene& s) { s[host_cr0] &= ~x86::cr0::ne; }},
    {"host CR0", "has the bits", protected_guest, [](scene& s) { s[host_cr0] |= word{1} << 32; }},
    {"host CR4", "has the bits", protected_guest, [](scene& s) { s[host_cr4] |= word{1} << 31; }},
    {"host CR4", "has the bits", protected_guest, [](scene& s) { s[host_cr4] &= ~x86::cr4::vmxe; }},
    {"host CR4", "has CET only", protected_guest, [](scene& s) { s[host_cr4] |= x86::cr4::cet; s[host_cr0] &= ~x86::cr0::wp; }},
    {"host CR3", "is within", protected_guest, [](scene& s) { s[host_cr3] = word{1} << 36; }},
    {"host SYSENTER ESP", "is canonical", protected_guest, [](scene& s) { s[host_sysenter_esp] = word{1} << 47; }},
    {"host SYSENTER EIP", "is canonical", protected_guest, [](scene& s) { s[host_sysenter_eip] = 0xffff'7fff'ffff'ffff; }},
    {"host IA32_PERF_GLOBAL_CTRL", "has no reserved", protected_guest, [](scene& s) { s[exit_controls] |= xc::load_performance_control; s[host_performance_control] = 0x10; }},
    {"host IA32_PAT", "holds memory types", protected_guest, [](scene& s) { s[exit_controls] |= xc::load_pat; s[host_pat] = 0x0007'0406'0007'0306; }},
    {"host IA32_EFER", "has no reserved", protected_guest, [](scene& s) { s[exit_controls] |= xc::load_efer; s[host_efer] = 0x502; }},
    {"host IA32_EFER", "has LMA and LME", protected_guest, [](scene& s) { s[exit_controls] |= xc::load_efer; s[host_efer] = 0x400; }},
    {"host IA32_EFER", "has LMA and LME", protected_guest, [](scene& s) { s[exit_controls] |= xc::load_efer; s[host_efer] = 0x100; }},
    {"host ES", "has RPL 0", protected_guest, [](scene& s) { s[host_es_selector] = 0x1b; }},
    {"host CS", "has RPL 0", protected_guest, [](scene& s) { s[host_cs_selector] |= 1; }},
    {"host SS", "has RPL 0", protected_guest, [](scene& s) { s[host_ss_selector] |= 2; }},
    {"host DS", "has RPL 0", protected_guest, [](scene& s) { s[host_ds_selector] |= 4; }},
    {"host FS", "has RPL 0", protected_guest, [](scene& s) { s[host_fs_selector] = 3; }},
    {"host GS", "has RPL 0", protected_guest, [](scene& s) { s[host_gs_selector] = 4; }},
    {"host TR", "has RPL 0", protected_guest, [](scene& s) { s[host_tr_selector] |= 4; }},
    {"host CS", "is not null", protected_guest, [](scene& s) { s[host_cs_selector] = 0; }},
    {"host TR", "is not null", protected_guest, [](scene& s) { s[host_tr_selector] = 0; }},
    {"host SS", "is not null", protected_guest, [](scene& s) { s.processor.long_mode = false; s[exit_controls] &= ~word{xc::host_64_bit}; s[host_rip] = 0x1000; s[host_ss_selector] = 0; }},
    {"host FS", "has a canonical", protected_guest, [](scene& s) { s[host_fs_base] = word{1} << 63; }},
    {"host GS", "has a canonical", protected_guest, [](scene& s) { s[host_gs_base] = word{1} << 63; }},
    {"host GDTR", "has a canonical", protected_guest, [](scene& s) { s[host_gdtr_base] = word{1} << 63; }},
    {"host IDTR", "has a canonical", protected_guest, [](scene& s) { s[host_idtr_base] = word{1} << 63; }},
    {"host TR", "has a canonical", protected_guest, [](scene& s) { s[host_tr_base] = word{1} << 63; }},
    {"host address-space size", "is 1 exactly", protected_guest, [](scene& s) { s.processor.long_mode = false; }},
    {"host address-space size", "is 1 exactly", protected_guest, [](scene& s) { s[exit_controls] &= ~word{xc::host_64_bit}; s[host_rip] = 0x1000; }},
    {"IA-32e mode guest", "needs a host", long_guest, [](scene& s) { s.processor.long_mode = false; s[exit_controls] &= ~word{xc::host_64_bit}; s[host_rip] = 0x1000; }},
    {"host CR4", "has PAE", protected_guest, [](scene& s) { s[host_cr4] &= ~x86::cr4::pae; }},
    {"host CR4", "has PAE", protected_guest, [](scene& s) { s.processor.long_mode = false; s[exit_controls] &= ~word{xc::host_64_bit}; s[host_rip] = 0x1000; s[host_cr4] |= x86::cr4::pcide; }},
    {"host RIP", "is canonical", protected_guest, [](scene& s) { s[host_rip] = word{1} << 47; }},
    {"host RIP", "is canonical", protected_guest, [](scene& s) { s.processor.long_mode = false; s[exit_controls] &= ~word{xc::host_64_bit}; }},
    // 27.3.1.1
    {"CR0", "has the bits", protected_guest, [](scene& s) { s[guest_cr0] &= ~x86::cr0::ne; }},
    {"CR0", "has the bits", protected_guest, [](scene& s) { s[guest_cr0] &= ~x86::cr0::pg; }},
    {"CR0", "has the bits", protected_guest, [](scene& s) { s[guest_cr0] |= word{1} << 32; }},
    {"CR0", "has PG only", real_guest, [](scene& s) { s[guest_cr0] |= x86::cr0::pg; }},
    {"CR4", "has the bits", protected_guest, [](scene& s) { s[guest_cr4] &= ~x86::cr4::vmxe; }},
    {"CR4", "has the bits", protected_guest, [](scene& s) { s[guest_cr4] |= x86::cr4::la57; }},
    {"CR4", "has CET only", protected_guest, [](scene& s) { s[guest_cr4] |= x86::cr4::cet; }},
    {"IA32_DEBUGCTL", "has no reserved", protected_guest, [](scene& s) { s[entry_controls] |= nc::load_debug; s[guest_debugctl] = 4; }},
    {"IA-32e mode guest", "has CR0.PG", long_guest, [](scene& s) { s[guest_cr4] &= ~x86::cr4::pae; }},
    {"CR4", "has PCIDE only", pae_guest, [](scene& s) { s[guest_cr4] |= x86::cr4::pcide; }},
    {"CR3", "is within", protected_guest, [](scene& s) { s[guest_cr3] |= word{1} << 36; }},
    {"DR7", "has 32 bits", protected_guest, [](scene& s) { s[entry_controls] |= nc::load_debug; s[guest_dr7] = word{1} << 32; }},
    {"SYSENTER ESP", "is canonical", protected_guest, [](scene& s) { s[guest_sysenter_esp] = word{1} << 63; }},
    {"SYSENTER EIP", "is canonical", protected_guest, [](scene& s) { s[guest_sysenter_eip] = word{1} << 47; }},
    {"IA32_PERF_GLOBAL_CTRL", "has no reserved", protected_guest, [](scene& s) { s[entry_controls] |= nc::load_performance_control; s[guest_performance_control] = word{1} << 63; }},
    {"IA32_PAT", "holds memory types", protected_guest, [](scene& s) { s[entry_controls] |= nc::load_pat; s[guest_pat] = 0x0207'0406'0007'0406; }},
    {"IA32_PAT", "holds memory types", protected_guest, [](scene& s) { s[entry_controls] |= nc::load_pat; s[guest_pat] = 0x08; }},
    {"IA32_EFER", "has no reserved", protected_guest, [](scene& s) { s[entry_controls] |= nc::load_efer; s[guest_efer] = 0x1000; }},
    {"IA32_EFER", "has LMA as", protected_guest, [](scene& s) { s[entry_controls] |= nc::load_efer; s[guest_efer] = 0x500; }},
    {"IA32_EFER", "has LME equal", long_guest, [](scene& s) { s[entry_controls] |= nc::load_efer; s[guest_efer] = 0x400; }},
    {"IA32_BNDCFGS", "has bits 11:2", protected_guest, [](scene& s) { s[entry_controls] |= nc::load_bndcfgs; s[guest_bndcfgs] = 4; }},
    // 27.3.1.2
    {"SS", "has the RPL of CS", long_guest, [](scene& s) { s[guest_cs_selector] = 0x0b; }},
    {"CS", "is not both 64-bit", long_guest, [](scene& s) { s[guest_cs_rights] |= 0x4000; }},
    {"CS", "has the selector times 16", virtual_8086_guest, [](scene& s) { s[guest_cs_base] += 16; }},
    {"ES", "has the selector times 16", virtual_8086_guest, [](scene& s) { s[guest_es_base] += 1; }},
    {"SS", "has the selector times 16", virtual_8086_guest, [](scene& s) { s[guest_ss_selector] += 1; }},
    {"DS", "has the selector times 16", virtual_8086_guest, [](scene& s) { s[guest_ds_base] = 0; }},
    {"FS", "has the selector times 16", virtual_8086_guest, [](scene& s) { s[guest_fs_base] = 0; }},
    {"GS", "has the selector times 16", virtual_8086_guest, [](scene& s) { s[guest_gs_base] = 0; }},
    {"CS", "has a base of 32 bits", protected_guest, [](scene& s) { s[guest_cs_base] = word{1} << 32; }},
    {"SS", "has a base of 32 bits", long_user_guest, [](scene& s) { s[guest_ss_base] = word{1} << 32; }},
    {"DS", "has a base of 32 bits", protected_guest, [](scene& s) { s[guest_ds_base] = word{1} << 32; }},
    {"ES", "has a base of 32 bits", protected_guest, [](scene& s) { s[guest_es_base] = word{1} << 32; }},
    {"FS", "has a base of 32 bits", long_guest, [](scene& s) { s[guest_fs_base] = word{1} << 47; }},
    {"GS", "has a base of 32 bits", long_guest, [](scene& s) { s[guest_gs_base] = word{1} << 63; }},
    {"CS", "has limit FFFFH", virtual_8086_guest, [](scene& s) { s[guest_cs_limit] = 0xffff'ffff; }},
    {"SS", "has limit FFFFH", virtual_8086_guest, [](scene& s) { s[guest_ss_rights] = 0x93; }},
    {"DS", "has limit FFFFH", virtual_8086_guest, [](scene& s) { s[guest_ds_rights] |= x86::segment_rights::unusable; }},
    {"ES", "has limit FFFFH", virtual_8086_guest, [](scene& s) { s[guest_es_limit] = 0xfffe; }},
    {"FS", "has limit FFFFH", virtual_8086_guest, [](scene& s) { s[guest_fs_limit] = 0; }},
    {"GS", "has limit FFFFH", virtual_8086_guest, [](scene& s) { s[guest_gs_limit] = 0; }},
    {"CS", "has a type", protected_guest, [](scene& s) { s[guest_cs_rights] &= ~word{1}; }},
    {"CS", "has a type", protected_guest, [](scene& s) { s[guest_cs_rights] &= ~word{8}; }},
    {"SS", "has a type", protected_guest, [](scene& s) { s[guest_ss_rights] ^= 2; }},
    {"SS", "has a type", protected_guest, [](scene& s) { s[guest_ss_rights] |= 8; }},
    {"DS", "has a type", protected_guest, [](scene& s) { s[guest_ds_rights] ^= 1; }},
    {"ES", "has a type", protected_guest, [](scene& s) { s[guest_es_rights] ^= 8 | 2; }},
    {"FS", "has a type", protected_guest, [](scene& s) { s[guest_fs_rights] ^= 1; }},
    {"GS", "has a type", protected_guest, [](scene& s) { s[guest_gs_rights] ^= 1; }},
    {"CS", "is a code or data", protected_guest, [](scene& s) { s[guest_cs_rights] ^= 0x10; }},
    {"SS", "is a code or data", protected_guest, [](scene& s) { s[guest_ss_rights] ^= 0x10; }},
    {"DS", "is a code or data", protected_guest, [](scene& s) { s[guest_ds_rights] ^= 0x10; }},
    {"ES", "is a code or data", protected_guest, [](scene& s) { s[guest_es_rights] ^= 0x10; }},
    {"FS", "is a code or data", protected_guest, [](scene& s) { s[guest_fs_rights] ^= 0x10; }},
    {"GS", "is a code or data", protected_guest, [](scene& s) { s[guest_gs_rights] ^= 0x10; }},
    {"CS", "has the DPL", protected_guest, [](scene& s) { s[guest_cs_rights] |= 0x20; }},
    {"CS", "has the DPL", protected_guest, [](scene& s) { s[guest_cs_rights] |= 0x20 | 4; }},
    {"CS", "has the DPL", long_user_guest, [](scene& s) { s[guest_cs_rights] ^= 0x60; }},
    {"CS", "has the DPL", real_guest, [](scene& s) { s[guest_cs_rights] = 0xb3; }},
    {"SS", "has the DPL", long_user_guest, [](scene& s) { s[guest_cs_rights] |= 4; s[guest_cs_rights] &= ~word{0x60}; s[guest_ss_rights] ^= 0x20; }},
    {"SS", "has the DPL", real_guest, [](scene& s) { s[guest_ss_rights] |= 0x60; s[guest_cs_rights] |= 0x60; }},
    {"DS", "has the DPL", protected_guest, [](scene& s) { s[guest_ds_selector] |= 1; }},
    {"ES", "has the DPL", protected_guest, [](scene& s) { s[guest_es_selector] |= 2; }},
    {"FS", "has the DPL", protected_guest, [](scene& s) { s[guest_fs_selector] |= 3; s[guest_fs_rights] |= 0x40; }},
    {"GS", "has the DPL", protected_guest, [](scene& s) { s[guest_gs_selector] |= 3; s[guest_gs_rights] |= 8; }},
    {"CS", "is present", protected_guest, [](scene& s) { s[guest_cs_rights] ^= 0x80; }},
    {"SS", "is present", protected_guest, [](scene& s) { s[guest_ss_rights] ^= 0x80; }},
    {"DS", "is present", protected_guest, [](scene& s) { s[guest_ds_rights] ^= 0x80; }},
    {"ES", "is present", protected_guest, [](scene& s) { s[guest_es_rights] ^= 0x80; }},
    {"FS", "is present", protected_guest, [](scene& s) { s[guest_fs_rights] ^= 0x80; }},
    {"GS", "is present", protected_guest, [](scene& s) { s[guest_gs_rights] ^= 0x80; }},
    {"CS", "has no reserved", protected_guest, [](scene& s) { s[guest_cs_rights] |= 0x100; }},
    {"SS", "has no reserved", protected_guest, [](scene& s) { s[guest_ss_rights] |= 0x800; }},
    {"DS", "has no reserved", protected_guest, [](scene& s) { s[guest_ds_rights] |= 1u << 17; }},
    {"ES", "has no reserved", protected_guest, [](scene& s) { s[guest_es_rights] |= 1u << 31; }},
    {"FS", "has no reserved", protected_guest, [](scene& s) { s[guest_fs_rights] |= 1u << 31; }},
    {"GS", "has no reserved", protected_guest, [](scene& s) { s[guest_gs_rights] |= 1u << 31; }},
    {"CS", "has the granularity", protected_guest, [](scene& s) { s[guest_cs_limit] = 0xffff'fffe; }},
    {"SS", "has the granularity", protected_guest, [](scene& s) { s[guest_ss_rights] &= ~word{0x8000}; }},
    {"DS", "has the granularity", protected_guest, [](scene& s) { s[guest_ds_limit] = 0xf'7fff & ~0x800u; }},
    {"ES", "has the granularity", protected_guest, [](scene& s) { s[guest_es_limit] = 0; }},
    {"FS", "has the granularity", protected_guest, [](scene& s) { s[guest_fs_limit] = 0; }},
    {"GS", "has the granularity", protected_guest, [](scene& s) { s[guest_gs_limit] = 0; }},
    {"TR", "has TI 0", protected_guest, [](scene& s) { s[guest_tr_selector] |= 4; }},
    {"TR", "has a canonical", protected_guest, [](scene& s) { s[guest_tr_base] = word{1} << 47; }},
    {"TR", "is a busy TSS", protected_guest, [](scene& s) { s[guest_tr_rights] = 0x89; }},
    {"TR", "is a busy TSS", long_guest, [](scene& s) { s[guest_tr_rights] = 0x83; }},
    {"TR", "is a system", protected_guest, [](scene& s) { s[guest_tr_rights] |= 0x10; }},
    {"TR", "is present", protected_guest, [](scene& s) { s[guest_tr_rights] &= ~word{0x80}; }},
    {"TR", "has no reserved", protected_guest, [](scene& s) { s[guest_tr_rights] |= 0x200; }},
    {"TR", "has the granularity", protected_guest, [](scene& s) { s[guest_tr_rights] |= 0x8000; }},
    {"TR", "is usable", protected_guest, [](scene& s) { s[guest_tr_rights] |= x86::segment_rights::unusable; }},
    {"LDTR", "has TI 0", protected_guest, [](scene& s) { set_segment(s.vmcs, ldtr, 0x24, 0x4000, 0xfff, 0x82); }},
    {"LDTR", "has a canonical", protected_guest, [](scene& s) { set_segment(s.vmcs, ldtr, 0x20, word{1} << 63, 0xfff, 0x82); }},
    {"LDTR", "is an LDT", protected_guest, [](scene& s) { set_segment(s.vmcs, ldtr, 0x20, 0x4000, 0xfff, 0x83); }},
    {"LDTR", "is a system", protected_guest, [](scene& s) { set_segment(s.vmcs, ldtr, 0x20, 0x4000, 0xfff, 0x92); }},
    {"LDTR", "is present", protected_guest, [](scene& s) { set_segment(s.vmcs, ldtr, 0x20, 0x4000, 0xfff, 0x02); }},
    {"LDTR", "has no reserved", protected_guest, [](scene& s) { set_segment(s.vmcs, ldtr, 0x20, 0x4000, 0xfff, 0x482); }},
    {"LDTR", "has the granularity", protected_guest, [](scene& s) { set_segment(s.vmcs, ldtr, 0x20, 0x4000, 0xff'ffff, 0x82); }},
    // 27.3.1.3
    {"GDTR", "has a canonical", long_guest, [](scene& s) { s[guest_gdtr_base] = word{1} << 47; }},
    {"IDTR", "has a canonical", long_guest, [](scene& s) { s[guest_idtr_base] = word{1} << 47; }},
    {"GDTR", "has a limit", protected_guest, [](scene& s) { s[guest_gdtr_limit] = 0x1'0000; }},
    {"IDTR", "has a limit", protected_guest, [](scene& s) { s[guest_idtr_limit] = 0x1'0000; }},
    // 27.3.1.4
    {"RIP", "has 32 bits", protected_guest, [](scene& s) { s[guest_rip] = word{1} << 32; }},
    {"RIP", "has 32 bits", long_guest, [](scene& s) { s[guest_cs_rights] = 0xc09b; }},
    {"RIP", "has equal bits", long_guest, [](scene& s) { s[guest_rip] = word{1} << 48; }},
    {"RFLAGS", "has bits 63:22", protected_guest, [](scene& s) { s[guest_rflags] = 0; }},
    {"RFLAGS", "has bits 63:22", protected_guest, [](scene& s) { s[guest_rflags] |= 0x8000; }},
    {"RFLAGS", "has bits 63:22", protected_guest, [](scene& s) { s[guest_rflags] |= 1u << 22; }},
    {"RFLAGS", "has bits 63:22", protected_guest, [](scene& s) { s[guest_rflags] |= 0x8; }},
    {"RFLAGS", "has IF", protected_guest, [](scene& s) { s[entry_event] = event(event_type::external_interrupt, 33); }},
    {"RFLAGS", "has VM only", real_guest, [](scene& s) { s[guest_rflags] |= flags::vm; }},
    {"RFLAGS", "has VM only", virtual_8086_guest, [](scene& s) { s[entry_controls] |= nc::guest_64_bit; s[guest_cr4] |= x86::cr4::pae; }},
    // 27.3.1.5
    {"activity state", "is one that", protected_guest, [](scene& s) { s[guest_activity] = 4; }},
    {"activity state", "is one that", protected_guest, [](scene& s) { s[guest_activity] = x86::activity::hlt; s.processor.misc &= ~x86::vmx_misc::hlt_state; }},
    {"activity state", "is one that", protected_guest, [](scene& s) { s[guest_activity] = x86::activity::shutdown; s.processor.misc &= ~x86::vmx_misc::shutdown_state; }},
    {"activity state", "is one that", protected_guest, [](scene& s) { s[guest_activity] = x86::activity::wait_for_sipi; s.processor.misc &= ~x86::vmx_misc::wait_for_sipi_state; }},
    {"activity state", "is HLT only", long_user_guest, [](scene& s) { s[guest_activity] = x86::activity::hlt; }},
    {"activity state", "is active while", protected_guest, [](scene& s) { s[guest_activity] = x86::activity::shutdown; s[guest_interruptibility] = blocking::by_mov_ss; }},
    {"activity state", "HLT takes", protected_guest, [](scene& s) { s[guest_activity] = x86::activity::hlt; s[entry_event] = event(event_type::hardware_exception, 6); }},
    {"activity state", "shutdown takes", protected_guest, [](scene& s) { s[guest_activity] = x86::activity::shutdown; s[guest_rflags] |= flags::interrupt; s[entry_event] = event(event_type::external_interrupt, 33); }},
    {"activity state", "wait-for-SIPI takes", protected_guest, [](scene& s) { s[guest_activity] = x86::activity::wait_for_sipi; s[entry_event] = event(event_type::nmi, 2); }},
    {"activity state", "is not wait-for-SIPI", protected_guest, [](scene& s) { s[guest_activity] = x86::activity::wait_for_sipi; s.processor.in_smm = true; s[entry_controls] |= nc::entry_to_smm; s[guest_interruptibility] = blocking::by_smi; }},
    {"interruptibility", "has bits 31:5", protected_guest, [](scene& s) { s[guest_interruptibility] = 0x20; }},
    {"interruptibility", "is not both", protected_guest, [](scene& s) { s[guest_rflags] |= flags::interrupt; s[guest_interruptibility] = 3; }},
    {"interruptibility", "is by STI only", protected_guest, [](scene& s) { s[guest_interruptibility] = blocking::by_sti; }},
    {"interruptibility", "is not by STI or MOV SS", protected_guest, [](scene& s) { s[guest_rflags] |= flags::interrupt; s[guest_interruptibility] = blocking::by_sti; s[entry_event] = event(event_type::external_interrupt, 33); }},
    {"interruptibility", "is not by MOV SS", protected_guest, [](scene& s) { s[guest_interruptibility] = blocking::by_mov_ss; s[entry_event] = event(event_type::nmi, 2); }},
    {"interruptibility", "is by SMI only", protected_guest, [](scene& s) { s[guest_interruptibility] = blocking::by_smi; }},
    {"interruptibility", "is by SMI on an entry", protected_guest, [](scene& s) { s.processor.in_smm = true; s[entry_controls] |= nc::entry_to_smm; }},
    {"interruptibility", "is not by STI if an NMI", protected_guest, [](scene& s) { s[guest_rflags] |= flags::interrupt; s[guest_interruptibility] = blocking::by_sti; s[entry_event] = event(event_type::nmi, 2); }},
    {"interruptibility", "is not by NMI", protected_guest, [](scene& s) { s[pin_controls] |= pinc::nmi_exiting | pinc::virtual_nmis; s[guest_interruptibility] = blocking::by_nmi; s[entry_event] = event(event_type::nmi, 2); }},
    {"interruptibility", "comes from an enclave", protected_guest, [](scene& s) { s[guest_interruptibility] = blocking::enclave; }},
    {"pending debug exceptions", "has bits 11:4", protected_guest, [](scene& s) { s[guest_pending_debug] = 0x2000; }},
    {"pending debug exceptions", "has BS exactly", protected_guest, [](scene& s) { s[guest_interruptibility] = blocking::by_mov_ss; s[guest_rflags] |= flags::tf; }},
    {"pending debug exceptions", "has BS exactly", protected_guest, [](scene& s) { s[guest_activity] = x86::activity::hlt; s[guest_pending_debug] = 0x4000; }},
    {"pending debug exceptions", "has BS exactly", protected_guest, [](scene& s) { s[guest_interruptibility] = blocking::by_mov_ss; s[guest_rflags] |= flags::tf; s[guest_debugctl] = x86::debugctl::btf; s[guest_pending_debug] = 0x4000; }},
    {"pending debug exceptions", "of RTM", protected_guest, [](scene& s) { s.processor.rtm = true; s[guest_pending_debug] = 0x1'0000; }},
    {"VMCS link pointer", "names a page", protected_guest, [](scene& s) { s[link_pointer] = 0x7800; }},
    {"VMCS link pointer", "leads to a VMCS", protected_guest, [](scene& s) { s[link_pointer] = 0x7000; s.memory.quads[0x7000] = revision + 1; }},
    {"VMCS link pointer", "leads to a VMCS", protected_guest, [](scene& s) { s[link_pointer] = 0x7000; s.memory.quads[0x7000] = revision | 1u << 31; }},
    {"VMCS link pointer", "does not lead", protected_guest, [](scene& s) { s[link_pointer] = current_vmcs; s.memory.quads[current_vmcs] = revision; }},
    // 27.3.1.6
    {"PDPTE 0", "has no reserved", pae_guest, [](scene& s) { s.memory.quads[0x2000] = 0x9000 | 1 | 2; }},
    {"PDPTE 1", "has no reserved", pae_guest, [](scene& s) { s.memory.quads[0x2008] = word{1} << 36 | 1; }},
    {"PDPTE 2", "has no reserved", pae_guest, [](scene& s) { s.memory.quads[0x2010] = 0x9000 | 1 | 0x20; }},
    {"PDPTE 3", "has no reserved", pae_guest, [](scene& s) { s.memory.quads[0x2018] = word{1} << 63 | 1; }},
    {"PDPTE 3", "has no reserved", pae_guest, [](scene& s) { activate(s.vmcs, sec::enable_ept); s[ept_pointer] = 0x1e; s[guest_pdpte3] = 0x103; }},
};

/// Changes that VM entry accepts.
struct allowance {
  const char* why;
  fields (*guest)();
  change make;
};
inline const std::vector<allowance> allowances = {
    {"secondary controls count only if activated", protected_guest, [](scene& s) { s[secondary_controls] = ~0u; }},
    {"CD and NW are not checked, whatever is fixed", protected_guest, [](scene& s) { s.processor.cr0_fixed1 &= ~(x86::cr0::cd | x86::cr0::nw); s[guest_cr0] |= x86::cr0::nw | x86::cr0::cd; s[host_cr0] |= x86::cr0::cd | x86::cr0::nw; }},
    {"a TPR threshold of VTPR's own priority", protected_guest, [](scene& s) { s[processor_controls] |= proc::tpr_shadow; s[virtual_apic_page] = 0x6000; s.memory.quads[0x6080] = 0x4f; s[tpr_threshold] = 4; }},
    {"a TPR threshold above VTPR where APIC accesses are virtual", protected_guest, [](scene& s) { s[processor_controls] |= proc::tpr_shadow; activate(s.vmcs, sec::virtualize_apic_accesses); s[virtual_apic_page] = 0x6000; s[tpr_threshold] = 15; }},
    {"bit 47 of RIP may differ from those above", long_guest, [](scene& s) { s[guest_rip] = word{1} << 47; }},
    {"a null SS in 64-bit mode has the DPL of its RPL", long_user_guest, [](scene& s) { set_segment(s.vmcs, ss, 3, 0, 0, x86::segment_rights::unusable | 0x60); }},
    {"conforming code may be of a lower DPL", long_user_guest, [](scene& s) { s[guest_cs_rights] = (s[guest_cs_rights] | 4) & ~word{0x60}; }},
    {"conforming code in a data segment has any DPL", protected_guest, [](scene& s) { s[guest_ds_selector] |= 3; s[guest_ds_rights] = 0xc09f; }},
    {"an unusable segment may hold anything", protected_guest, [](scene& s) { set_segment(s.vmcs, ds, 3, word{1} << 40, 5, x86::segment_rights::unusable | 0xf00); }},
    {"an unrestricted guest may have data in CS", real_guest, [](scene& s) { s[guest_cs_rights] = 0x93; }},
    {"an unrestricted guest may be in protected mode without paging", protected_guest, [](scene& s) { s.vmcs = real_guest(); s[guest_cr0] |= x86::cr0::pe; }},
    {"a 16-bit TSS outside IA-32e mode", protected_guest, [](scene& s) { s[guest_tr_rights] = 0x83; }},
    {"an LDT", long_guest, [](scene& s) { set_segment(s.vmcs, ldtr, 0x20, 0xffff'8000'0000'0000, 0xfff, 0x82); }},
    {"compatibility mode", long_guest, [](scene& s) { s[guest_cs_rights] = 0xc09b; s[guest_rip] = 0x1000; }},
    {"PAE's pointers are not read with paging in 4 levels", long_guest, [](scene& s) { s.memory.quads[0x2000] = ~word{0}; }},
    {"PAE's pointers that are not present hold anything", pae_guest, [](scene& s) { s.memory.quads[0x2008] = ~word{1}; }},
    {"an interrupt", long_guest, [](scene& s) { s[guest_rflags] |= flags::interrupt; s[entry_event] = event(event_type::external_interrupt, 255); }},
    {"an interrupt that wakes a halted guest", long_guest, [](scene& s) { s[guest_activity] = x86::activity::hlt; s[guest_rflags] |= flags::interrupt; s[entry_event] = event(event_type::external_interrupt, 33); }},
    {"a debug exception in a halted guest", long_guest, [](scene& s) { s[guest_activity] = x86::activity::hlt; s[entry_event] = event(event_type::hardware_exception, 1); }},
    {"an NMI in shutdown", long_guest, [](scene& s) { s[guest_activity] = x86::activity::shutdown; s[entry_event] = event(event_type::nmi, 2); }},
    {"an NMI although NMIs are blocked, if they are not virtual", long_guest, [](scene& s) { s[guest_interruptibility] = blocking::by_nmi; s[entry_event] = event(event_type::nmi, 2); }},
    {"a page fault with its error code", long_guest, [](scene& s) { s[entry_event] = event(event_type::hardware_exception, 14) | x86::event_field::has_error_code; s[entry_error_code] = 7; }},
    {"an exception without error code in real mode", real_guest, [](scene& s) { s[entry_event] = event(event_type::hardware_exception, 13); }},
    {"any error code, on a processor that does not care", long_guest, [](scene& s) { s.processor.basic |= x86::vmx_basic::any_error_code; s[entry_event] = event(event_type::hardware_exception, 13); }},
    {"control protection has an error code where there is CET", long_guest, [](scene& s) { s[entry_event] = event(event_type::hardware_exception, 21) | x86::event_field::has_error_code; }},
    {"control protection has none where there is no CET", long_guest, [](scene& s) { s.processor.cr4_fixed1 &= ~x86::cr4::cet; s[entry_event] = event(event_type::hardware_exception, 21); }},
    {"a software interrupt of length 0, where supported", long_guest, [](scene& s) { s.processor.misc |= x86::vmx_misc::zero_length_injection; s[entry_event] = event(event_type::software_interrupt, 3); }},
    {"a pending MTF exit", long_guest, [](scene& s) { s[entry_event] = event(event_type::other, 0); }},
    {"an event that is not valid", long_guest, [](scene& s) { s[entry_event] = 0x7fff'ffff; }},
    {"STI's shadow", long_guest, [](scene& s) { s[guest_rflags] |= flags::interrupt; s[guest_interruptibility] = blocking::by_sti; }},
    {"a single step in MOV SS's shadow", long_guest, [](scene& s) { s[guest_rflags] |= flags::tf; s[guest_interruptibility] = blocking::by_mov_ss; s[guest_pending_debug] = 0x4000; }},
    {"pending breakpoints", long_guest, [](scene& s) { s[guest_pending_debug] = 0x100f; }},
    {"IA32_EFER that agrees", long_guest, [](scene& s) { s[entry_controls] |= nc::load_efer; s[guest_efer] = 0xd01; }},
    {"IA32_EFER with LME and no paging", real_guest, [](scene& s) { s[entry_controls] |= nc::load_efer; s[guest_efer] = 0x100; }},
    {"IA32_PAT after reset", long_guest, [](scene& s) { s[entry_controls] |= nc::load_pat; s[guest_pat] = 0x0007'0406'0007'0406; }},
    {"a link to a VMCS", long_guest, [](scene& s) { s[link_pointer] = 0x7000; s.memory.quads[0x7000] = revision; }},
    {"lists of MSRs up to the end of memory", long_guest, [](scene& s) { s[exit_msr_store_count] = 1; s[exit_msr_store_address] = (word{1} << 36) - 16; }},
    {"a 32-bit host", protected_guest, [](scene& s) { s.processor.long_mode = false; s[exit_controls] &= ~word{xc::host_64_bit}; s[host_rip] = 0x1000; }},
};
// clang-format on

}  // namespace umbra::reference::test
