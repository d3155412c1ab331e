// What a vCPU's VMCS says for good.

#include "core/vmx/cpu.hpp"
#include "core/vmx/exchanged_msrs.hpp"
#include "core/x86/event.hpp"

namespace umbra::vmx {

namespace {

using x86::msr;

/// Page faults are the MMU's to judge, machine checks the host's. Of the others, those can keep a processor busy for
/// ever whose delivery raises them anew, and no interrupt comes in between. The FPU is not loaded at first.
constexpr std::uint32_t intercepted = [] {
  using enum x86::exception;
  constexpr x86::exception all[] = {page_fault, machine_check, debug, alignment, no_device};
  std::uint32_t bits = 0;
  for (const x86::exception e : all) bits |= 1u << x86::vector_of(e);
  return bits;
}();

}  // namespace

bool cpu::create() {
  guest_.general().rip = word{0xfff0};  // SDM 3A, table 10-1
  return guest_msrs_.create() && host_msrs_.create() && guest_.create();
}

void cpu::set_up() {
  using enum x86::vmcs;
  const controls& c = controls_;
  vmcs_.write<pin_controls>(c.pin);
  processor_controls_ = c.processor;
  vmcs_.write<processor_controls>(c.processor);
  if (c.has_secondary()) vmcs_.write<secondary_controls>(c.secondary);
  vmcs_.write<exit_controls>(c.exit);
  exception_bitmap_ = intercepted;
  write_exception_bitmap();
  // No error code of a page fault keeps it from exiting (SDM 26.2).
  vmcs_.write<page_fault_mask>(std::uint32_t{0});
  vmcs_.write<page_fault_match>(std::uint32_t{0});
  vmcs_.write<cr3_target_count>(std::uint32_t{0});
  guest_.own(vcpu::owned_without_fpu);

  for (const msr which : exchanged_msrs) {
    std::uint64_t hosts = 0;
    platform::read_msr(host_, which, hosts);
    guest_msrs_.add(which, word{0});
    host_msrs_.add(which, word{hosts});
  }
  vmcs_.write<entry_msr_load_address>(guest_msrs_.where().value);
  vmcs_.write<entry_msr_load_count>(guest_msrs_.count());
  vmcs_.write<exit_msr_store_address>(guest_msrs_.where().value);
  vmcs_.write<exit_msr_store_count>(guest_msrs_.count());
  vmcs_.write<exit_msr_load_address>(host_msrs_.where().value);
  vmcs_.write<exit_msr_load_count>(host_msrs_.count());

  vmcs_.write<link_pointer>(~word{0});
  vmcs_.write<tsc_offset>(word{0});
  vmcs_.write<guest_debugctl>(word{0});
  debug_changed();
  vmcs_.write<guest_interruptibility>(word{0});
  vmcs_.write<guest_activity>(word{0});
  vmcs_.write<guest_pending_debug>(word{0});
  vmcs_.write<guest_sysenter_cs>(word{0});
  vmcs_.write<guest_sysenter_esp>(word{0});
  vmcs_.write<guest_sysenter_eip>(word{0});
  set_segments(vcpu::segments::at_reset());
}

/// In virtual-8086 mode for real mode's sake, no exception may go the way that hardware knows.
void cpu::write_exception_bitmap() {
  vmcs_.write<x86::vmcs::exception_bitmap>(disguised_ ? ~std::uint32_t{0} : exception_bitmap_);
}

void cpu::processor_changed(const processor_state& p) {
  using enum x86::vmcs;
  vmcs_.write<host_cs_selector>(p.cs);
  vmcs_.write<host_ss_selector>(p.ss);
  vmcs_.write<host_ds_selector>(std::uint16_t{0});
  vmcs_.write<host_es_selector>(std::uint16_t{0});
  vmcs_.write<host_fs_selector>(std::uint16_t{0});
  vmcs_.write<host_gs_selector>(std::uint16_t{0});
  vmcs_.write<host_tr_selector>(p.tr);
  vmcs_.write<host_tr_base>(p.tr_base);
  vmcs_.write<host_gdtr_base>(p.gdtr_base);
  vmcs_.write<host_idtr_base>(p.idtr_base);
  vmcs_.write<host_gs_base>(p.gs_base);
  vmcs_.write<host_sysenter_cs>(p.sysenter_cs);
  vmcs_.write<host_sysenter_esp>(p.sysenter_esp);
  vmcs_.write<host_sysenter_eip>(p.sysenter_eip);
  vmcs_.write<host_efer>(p.efer);
  vmcs_.write<host_rip>(p.exit_entry_point);
}

void cpu::thread_changed(const thread_state& t) {
  using enum x86::vmcs;
  vmcs_.write<host_cr0>(t.cr0);
  vmcs_.write<host_cr3>(t.cr3);
  vmcs_.write<host_cr4>(t.cr4);
  vmcs_.write<host_fs_base>(t.fs_base);
  host_msrs_.set_value(place_in_list(msr::kernel_gs_base), word{t.kernel_gs_base});
}

}  // namespace umbra::vmx
