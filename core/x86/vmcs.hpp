// Encodings of the VMCS fields (SDM volume 3, appendix B), and what an encoding says of its field (SDM 25.11.2): how
// wide it is, and what part of the VMCS it belongs to.
#pragma once

#include <cstdint>

namespace umbra::x86 {

enum class vmcs : std::uint32_t {
  // 16 bits
  vpid = 0x0000,
  posted_interrupt_vector = 0x0002,
  guest_es_selector = 0x0800,
  guest_cs_selector = 0x0802,
  guest_ss_selector = 0x0804,
  guest_ds_selector = 0x0806,
  guest_fs_selector = 0x0808,
  guest_gs_selector = 0x080a,
  guest_ldtr_selector = 0x080c,
  guest_tr_selector = 0x080e,
  guest_interrupt_status = 0x0810,
  host_es_selector = 0x0c00,
  host_cs_selector = 0x0c02,
  host_ss_selector = 0x0c04,
  host_ds_selector = 0x0c06,
  host_fs_selector = 0x0c08,
  host_gs_selector = 0x0c0a,
  host_tr_selector = 0x0c0c,

  // 64 bits
  io_bitmap_a = 0x2000,
  io_bitmap_b = 0x2002,
  msr_bitmap = 0x2004,
  exit_msr_store_address = 0x2006,
  exit_msr_load_address = 0x2008,
  entry_msr_load_address = 0x200a,
  executive_vmcs = 0x200c,
  page_modification_log = 0x200e,
  tsc_offset = 0x2010,
  virtual_apic_page = 0x2012,
  apic_access_page = 0x2014,
  posted_interrupt_descriptor = 0x2016,
  vm_functions = 0x2018,
  ept_pointer = 0x201a,
  eptp_list = 0x2024,
  vmread_bitmap = 0x2026,
  vmwrite_bitmap = 0x2028,
  virtualization_exception_area = 0x202a,
  tsc_multiplier = 0x2032,
  guest_physical_address = 0x2400,
  link_pointer = 0x2800,
  guest_debugctl = 0x2802,
  guest_pat = 0x2804,
  guest_efer = 0x2806,
  guest_performance_control = 0x2808,
  guest_pdpte0 = 0x280a,
  guest_pdpte1 = 0x280c,
  guest_pdpte2 = 0x280e,
  guest_pdpte3 = 0x2810,
  guest_bndcfgs = 0x2812,
  host_pat = 0x2c00,
  host_efer = 0x2c02,
  host_performance_control = 0x2c04,

  // 32 bits
  pin_controls = 0x4000,
  processor_controls = 0x4002,
  exception_bitmap = 0x4004,
  page_fault_mask = 0x4006,
  page_fault_match = 0x4008,
  cr3_target_count = 0x400a,
  exit_controls = 0x400c,
  exit_msr_store_count = 0x400e,
  exit_msr_load_count = 0x4010,
  entry_controls = 0x4012,
  entry_msr_load_count = 0x4014,
  entry_event = 0x4016,
  entry_error_code = 0x4018,
  entry_instruction_length = 0x401a,
  tpr_threshold = 0x401c,
  secondary_controls = 0x401e,
  instruction_error = 0x4400,
  exit_reason = 0x4402,
  exit_event = 0x4404,
  exit_error_code = 0x4406,
  vectoring_event = 0x4408,
  vectoring_error_code = 0x440a,
  instruction_length = 0x440c,
  instruction_information = 0x440e,
  guest_es_limit = 0x4800,
  guest_cs_limit = 0x4802,
  guest_ss_limit = 0x4804,
  guest_ds_limit = 0x4806,
  guest_fs_limit = 0x4808,
  guest_gs_limit = 0x480a,
  guest_ldtr_limit = 0x480c,
  guest_tr_limit = 0x480e,
  guest_gdtr_limit = 0x4810,
  guest_idtr_limit = 0x4812,
  guest_es_rights = 0x4814,
  guest_cs_rights = 0x4816,
  guest_ss_rights = 0x4818,
  guest_ds_rights = 0x481a,
  guest_fs_rights = 0x481c,
  guest_gs_rights = 0x481e,
  guest_ldtr_rights = 0x4820,
  guest_tr_rights = 0x4822,
  guest_interruptibility = 0x4824,
  guest_activity = 0x4826,
  guest_smbase = 0x4828,
  guest_sysenter_cs = 0x482a,
  preemption_timer = 0x482e,
  host_sysenter_cs = 0x4c00,

  // as wide as a register
  cr0_mask = 0x6000,
  cr4_mask = 0x6002,
  cr0_shadow = 0x6004,
  cr4_shadow = 0x6006,
  exit_qualification = 0x6400,
  io_rcx = 0x6402,
  io_rsi = 0x6404,
  io_rdi = 0x6406,
  io_rip = 0x6408,
  guest_linear_address = 0x640a,
  guest_cr0 = 0x6800,
  guest_cr3 = 0x6802,
  guest_cr4 = 0x6804,
  guest_es_base = 0x6806,
  guest_cs_base = 0x6808,
  guest_ss_base = 0x680a,
  guest_ds_base = 0x680c,
  guest_fs_base = 0x680e,
  guest_gs_base = 0x6810,
  guest_ldtr_base = 0x6812,
  guest_tr_base = 0x6814,
  guest_gdtr_base = 0x6816,
  guest_idtr_base = 0x6818,
  guest_dr7 = 0x681a,
  guest_rsp = 0x681c,
  guest_rip = 0x681e,
  guest_rflags = 0x6820,
  guest_pending_debug = 0x6822,
  guest_sysenter_esp = 0x6824,
  guest_sysenter_eip = 0x6826,
  host_cr0 = 0x6c00,
  host_cr3 = 0x6c02,
  host_cr4 = 0x6c04,
  host_fs_base = 0x6c06,
  host_gs_base = 0x6c08,
  host_tr_base = 0x6c0a,
  host_gdtr_base = 0x6c0c,
  host_idtr_base = 0x6c0e,
  host_sysenter_esp = 0x6c10,
  host_sysenter_eip = 0x6c12,
  host_rsp = 0x6c14,
  host_rip = 0x6c16,
};

/// The `n`-th of a row of fields that are numbered alike, one for each segment register in the order of ES, CS, SS, DS,
/// FS, GS, LDTR, TR for instance (appendix B).
constexpr vmcs nth(vmcs first, unsigned n) { return static_cast<vmcs>(static_cast<std::uint32_t>(first) + 2 * n); }
static_assert(nth(vmcs::guest_es_selector, 7) == vmcs::guest_tr_selector);
static_assert(nth(vmcs::guest_es_base, 7) == vmcs::guest_tr_base);
static_assert(nth(vmcs::guest_es_limit, 7) == vmcs::guest_tr_limit);
static_assert(nth(vmcs::guest_es_rights, 7) == vmcs::guest_tr_rights);

/// How many bits a field holds, 64-bit processors assumed.
constexpr unsigned bits_of(vmcs f) {
  constexpr unsigned by_width[] = {16, 64, 32, 64};
  return by_width[static_cast<std::uint32_t>(f) >> 13 & 3];
}

/// What a field is for. Software can write all but `information`.
enum class vmcs_part : unsigned char { control = 0, information = 1, guest = 2, host = 3 };
constexpr vmcs_part part_of(vmcs f) { return static_cast<vmcs_part>(static_cast<std::uint32_t>(f) >> 10 & 3); }

}  // namespace umbra::x86
