// The numbers of core/x86 once more, as the SDM's tables have them: the core and the model that judges it read the same
// constants, so that neither can notice a wrong one. Those that Linux's headers have are in x86_linux_test.cpp.
#include <gtest/gtest.h>

#include "core/x86/activity.hpp"
#include "core/x86/control.hpp"
#include "core/x86/cpuid.hpp"
#include "core/x86/debug.hpp"
#include "core/x86/entry.hpp"
#include "core/x86/event.hpp"
#include "core/x86/exception.hpp"
#include "core/x86/exit_reason.hpp"
#include "core/x86/flags.hpp"
#include "core/x86/interruptibility.hpp"
#include "core/x86/msr.hpp"
#include "core/x86/page_fault.hpp"
#include "core/x86/segment.hpp"
#include "core/x86/vmcs.hpp"
#include "core/x86/vmx_controls.hpp"

namespace umbra {
namespace {

constexpr std::uint64_t bit(unsigned n) { return std::uint64_t{1} << n; }

template <class Number>
struct entry_of {
  Number is;
  std::uint64_t to_be;
};

template <class Number, std::size_t N>
void compare(const entry_of<Number> (&all)[N]) {
  for (const auto& [is, to_be] : all) EXPECT_EQ(static_cast<std::uint64_t>(is), to_be);
}

// clang-format off

// SDM volume 4, table 2-2; volume 3, 11.11 and appendix A.
TEST(x86_numbers, msr) {
  using enum x86::msr;
  compare<x86::msr>({
      {tsc, 0x10}, {platform_id, 0x17}, {apic_base, 0x1b}, {feature_control, 0x3a}, {microcode_update, 0x79},
      {microcode_revision, 0x8b}, {smm_monitor_control, 0x9b}, {mtrr_capability, 0xfe}, {sysenter_cs, 0x174},
      {sysenter_esp, 0x175}, {sysenter_eip, 0x176}, {machine_check_capability, 0x179}, {machine_check_status, 0x17a},
      {misc_enable, 0x1a0}, {debugctl, 0x1d9}, {mtrr_base0, 0x200}, {mtrr_fix_64k, 0x250},
      {mtrr_fix_16k_80000, 0x258}, {mtrr_fix_16k_a0000, 0x259}, {mtrr_fix_4k_c0000, 0x268},
      {mtrr_fix_4k_f8000, 0x26f}, {pat, 0x277}, {mtrr_default, 0x2ff}, {vmx_basic, 0x480}, {vmx_pin_controls, 0x481},
      {vmx_processor_controls, 0x482}, {vmx_exit_controls, 0x483}, {vmx_entry_controls, 0x484}, {vmx_misc, 0x485},
      {vmx_cr0_fixed0, 0x486}, {vmx_cr0_fixed1, 0x487}, {vmx_cr4_fixed0, 0x488}, {vmx_cr4_fixed1, 0x489},
      {vmx_secondary_controls, 0x48b}, {vmx_ept_vpid, 0x48c}, {vmx_true_pin_controls, 0x48d},
      {vmx_true_processor_controls, 0x48e}, {vmx_true_exit_controls, 0x48f}, {vmx_true_entry_controls, 0x490},
      {efer, 0xc0000080}, {star, 0xc0000081}, {lstar, 0xc0000082}, {cstar, 0xc0000083}, {syscall_mask, 0xc0000084},
      {fs_base, 0xc0000100}, {gs_base, 0xc0000101}, {kernel_gs_base, 0xc0000102}, {tsc_aux, 0xc0000103}
  });
}

TEST(x86_numbers, apic_base) {
  using namespace x86::apic_base;
  compare<std::uint64_t>({{bootstrap, bit(8)}, {x2apic, bit(10)}, {enable, bit(11)}});
}

TEST(x86_numbers, misc_enable) {
  using namespace x86::misc_enable;
  compare<std::uint64_t>({{fast_strings, bit(0)}, {no_branch_trace, bit(11)}, {no_event_sampling, bit(12)}});
}

TEST(x86_numbers, machine_check_status) {
  using namespace x86::machine_check_status;
  compare<std::uint64_t>({{defined, 7}});
}

TEST(x86_numbers, mtrr) {
  using namespace x86::mtrr;
  compare<std::uint64_t>({
      {variable_ranges, 8}, {capability_fixed, bit(8)}, {capability_write_combining, bit(10)}, {type, 0xff},
      {fixed_enabled, bit(10)}, {enabled, bit(11)}, {valid, bit(11)}
  });
}

TEST(x86_numbers, memory_type) {
  using namespace x86::memory_type;
  compare<std::uint64_t>({{uc, 0}, {wc, 1}, {wt, 4}, {wp, 5}, {wb, 6}, {uc_minus, 7}});
}

// SDM 25.6 to 25.8, appendix A.
TEST(x86_numbers, pin_control) {
  using namespace x86::pin_control;
  compare<std::uint64_t>({
      {external_interrupt_exiting, bit(0)}, {nmi_exiting, bit(3)}, {virtual_nmis, bit(5)},
      {preemption_timer, bit(6)}, {posted_interrupts, bit(7)}
  });
}

TEST(x86_numbers, processor_control) {
  using namespace x86::processor_control;
  compare<std::uint64_t>({
      {interrupt_window_exiting, bit(2)}, {tsc_offsetting, bit(3)}, {hlt_exiting, bit(7)}, {invlpg_exiting, bit(9)},
      {mwait_exiting, bit(10)}, {rdpmc_exiting, bit(11)}, {rdtsc_exiting, bit(12)}, {cr3_load_exiting, bit(15)},
      {cr3_store_exiting, bit(16)}, {cr8_load_exiting, bit(19)}, {cr8_store_exiting, bit(20)}, {tpr_shadow, bit(21)},
      {nmi_window_exiting, bit(22)}, {mov_dr_exiting, bit(23)}, {unconditional_io_exiting, bit(24)},
      {use_io_bitmaps, bit(25)}, {monitor_trap_flag, bit(27)}, {use_msr_bitmaps, bit(28)},
      {monitor_exiting, bit(29)}, {pause_exiting, bit(30)}, {secondary, bit(31)}
  });
}

TEST(x86_numbers, secondary_control) {
  using namespace x86::secondary_control;
  compare<std::uint64_t>({
      {virtualize_apic_accesses, bit(0)}, {enable_ept, bit(1)}, {descriptor_table_exiting, bit(2)},
      {enable_rdtscp, bit(3)}, {virtualize_x2apic, bit(4)}, {enable_vpid, bit(5)}, {wbinvd_exiting, bit(6)},
      {unrestricted_guest, bit(7)}, {apic_register_virtualization, bit(8)}, {virtual_interrupt_delivery, bit(9)},
      {pause_loop_exiting, bit(10)}, {rdrand_exiting, bit(11)}, {enable_invpcid, bit(12)},
      {enable_vm_functions, bit(13)}, {vmcs_shadowing, bit(14)}, {rdseed_exiting, bit(16)}, {enable_pml, bit(17)},
      {ept_violation_exception, bit(18)}, {enable_xsaves, bit(20)}, {mode_based_execute, bit(22)}
  });
}

TEST(x86_numbers, exit_control) {
  using namespace x86::exit_control;
  compare<std::uint64_t>({
      {save_debug, bit(2)}, {host_64_bit, bit(9)}, {load_performance_control, bit(12)},
      {acknowledge_interrupt, bit(15)}, {save_pat, bit(18)}, {load_pat, bit(19)}, {save_efer, bit(20)},
      {load_efer, bit(21)}, {save_preemption_timer, bit(22)}
  });
}

TEST(x86_numbers, entry_control) {
  using namespace x86::entry_control;
  compare<std::uint64_t>({
      {load_debug, bit(2)}, {guest_64_bit, bit(9)}, {entry_to_smm, bit(10)}, {deactivate_dual_monitor, bit(11)},
      {load_performance_control, bit(13)}, {load_pat, bit(14)}, {load_efer, bit(15)}, {load_bndcfgs, bit(16)}
  });
}

TEST(x86_numbers, vmx_basic) {
  using namespace x86::vmx_basic;
  compare<std::uint64_t>({{revision_bits, 31}, {true_controls, bit(55)}, {any_error_code, bit(56)}});
}

TEST(x86_numbers, vmx_misc) {
  using namespace x86::vmx_misc;
  compare<std::uint64_t>({
      {hlt_state, bit(6)}, {shutdown_state, bit(7)}, {wait_for_sipi_state, bit(8)}, {zero_length_injection, bit(30)},
      {cr3_targets_at, 16}, {cr3_targets_bits, 9}, {msr_list_at, 25}, {msr_list_bits, 3}
  });
}

TEST(x86_numbers, ept_capability) {
  using namespace x86::ept_capability;
  compare<std::uint64_t>({
      {walk_length_4, bit(6)}, {uncacheable, bit(8)}, {write_back, bit(14)}, {accessed_dirty, bit(21)}
  });
}

TEST(x86_numbers, vpid_capability) {
  using namespace x86::vpid_capability;
  compare<std::uint64_t>({{invvpid, bit(32)}, {single_context, bit(41)}});
}

// SDM appendix B.
TEST(x86_numbers, vmcs_fields) {
  using enum x86::vmcs;
  compare<x86::vmcs>({
      {vpid, 0x0000}, {posted_interrupt_vector, 0x0002}, {guest_es_selector, 0x0800}, {guest_cs_selector, 0x0802},
      {guest_ss_selector, 0x0804}, {guest_ds_selector, 0x0806}, {guest_fs_selector, 0x0808},
      {guest_gs_selector, 0x080a}, {guest_ldtr_selector, 0x080c}, {guest_tr_selector, 0x080e},
      {guest_interrupt_status, 0x0810}, {host_es_selector, 0x0c00}, {host_cs_selector, 0x0c02},
      {host_ss_selector, 0x0c04}, {host_ds_selector, 0x0c06}, {host_fs_selector, 0x0c08}, {host_gs_selector, 0x0c0a},
      {host_tr_selector, 0x0c0c}, {io_bitmap_a, 0x2000}, {io_bitmap_b, 0x2002}, {msr_bitmap, 0x2004},
      {exit_msr_store_address, 0x2006}, {exit_msr_load_address, 0x2008}, {entry_msr_load_address, 0x200a},
      {executive_vmcs, 0x200c}, {page_modification_log, 0x200e}, {tsc_offset, 0x2010}, {virtual_apic_page, 0x2012},
      {apic_access_page, 0x2014}, {posted_interrupt_descriptor, 0x2016}, {vm_functions, 0x2018},
      {ept_pointer, 0x201a}, {eptp_list, 0x2024}, {vmread_bitmap, 0x2026}, {vmwrite_bitmap, 0x2028},
      {virtualization_exception_area, 0x202a}, {tsc_multiplier, 0x2032}, {guest_physical_address, 0x2400},
      {link_pointer, 0x2800}, {guest_debugctl, 0x2802}, {guest_pat, 0x2804}, {guest_efer, 0x2806},
      {guest_performance_control, 0x2808}, {guest_pdpte0, 0x280a}, {guest_pdpte1, 0x280c}, {guest_pdpte2, 0x280e},
      {guest_pdpte3, 0x2810}, {guest_bndcfgs, 0x2812}, {host_pat, 0x2c00}, {host_efer, 0x2c02},
      {host_performance_control, 0x2c04}, {pin_controls, 0x4000}, {processor_controls, 0x4002},
      {exception_bitmap, 0x4004}, {page_fault_mask, 0x4006}, {page_fault_match, 0x4008}, {cr3_target_count, 0x400a},
      {exit_controls, 0x400c}, {exit_msr_store_count, 0x400e}, {exit_msr_load_count, 0x4010},
      {entry_controls, 0x4012}, {entry_msr_load_count, 0x4014}, {entry_event, 0x4016}, {entry_error_code, 0x4018},
      {entry_instruction_length, 0x401a}, {tpr_threshold, 0x401c}, {secondary_controls, 0x401e},
      {instruction_error, 0x4400}, {exit_reason, 0x4402}, {exit_event, 0x4404}, {exit_error_code, 0x4406},
      {vectoring_event, 0x4408}, {vectoring_error_code, 0x440a}, {instruction_length, 0x440c},
      {instruction_information, 0x440e}, {guest_es_limit, 0x4800}, {guest_cs_limit, 0x4802},
      {guest_ss_limit, 0x4804}, {guest_ds_limit, 0x4806}, {guest_fs_limit, 0x4808}, {guest_gs_limit, 0x480a},
      {guest_ldtr_limit, 0x480c}, {guest_tr_limit, 0x480e}, {guest_gdtr_limit, 0x4810}, {guest_idtr_limit, 0x4812},
      {guest_es_rights, 0x4814}, {guest_cs_rights, 0x4816}, {guest_ss_rights, 0x4818}, {guest_ds_rights, 0x481a},
      {guest_fs_rights, 0x481c}, {guest_gs_rights, 0x481e}, {guest_ldtr_rights, 0x4820}, {guest_tr_rights, 0x4822},
      {guest_interruptibility, 0x4824}, {guest_activity, 0x4826}, {guest_smbase, 0x4828},
      {guest_sysenter_cs, 0x482a}, {preemption_timer, 0x482e}, {host_sysenter_cs, 0x4c00}, {cr0_mask, 0x6000},
      {cr4_mask, 0x6002}, {cr0_shadow, 0x6004}, {cr4_shadow, 0x6006}, {exit_qualification, 0x6400}, {io_rcx, 0x6402},
      {io_rsi, 0x6404}, {io_rdi, 0x6406}, {io_rip, 0x6408}, {guest_linear_address, 0x640a}, {guest_cr0, 0x6800},
      {guest_cr3, 0x6802}, {guest_cr4, 0x6804}, {guest_es_base, 0x6806}, {guest_cs_base, 0x6808},
      {guest_ss_base, 0x680a}, {guest_ds_base, 0x680c}, {guest_fs_base, 0x680e}, {guest_gs_base, 0x6810},
      {guest_ldtr_base, 0x6812}, {guest_tr_base, 0x6814}, {guest_gdtr_base, 0x6816}, {guest_idtr_base, 0x6818},
      {guest_dr7, 0x681a}, {guest_rsp, 0x681c}, {guest_rip, 0x681e}, {guest_rflags, 0x6820},
      {guest_pending_debug, 0x6822}, {guest_sysenter_esp, 0x6824}, {guest_sysenter_eip, 0x6826}, {host_cr0, 0x6c00},
      {host_cr3, 0x6c02}, {host_cr4, 0x6c04}, {host_fs_base, 0x6c06}, {host_gs_base, 0x6c08}, {host_tr_base, 0x6c0a},
      {host_gdtr_base, 0x6c0c}, {host_idtr_base, 0x6c0e}, {host_sysenter_esp, 0x6c10}, {host_sysenter_eip, 0x6c12},
      {host_rsp, 0x6c14}, {host_rip, 0x6c16}
  });
}

// SDM appendix C, 25.9.1.
TEST(x86_numbers, exit_reason) {
  using enum x86::exit_reason;
  compare<x86::exit_reason>({{io_smi, 5}, {other_smi, 6}, {getsec, 11}, {rsm, 17}});
}

TEST(x86_numbers, exit_reason_limit) {
  using namespace x86;
  compare<std::uint64_t>({{exit_reason_limit, 75}});
}

TEST(x86_numbers, exit_reason_field) {
  using namespace x86::exit_reason_field;
  compare<std::uint64_t>({{basic_bits, 16}});
}

// SDM 2.5, 2.2.1.
TEST(x86_numbers, cr4) {
  using namespace x86::cr4;
  compare<std::uint64_t>({{cet, bit(23)}});
}

TEST(x86_numbers, cr8) {
  using namespace x86::cr8;
  compare<std::uint64_t>({{priority, 0xf}});
}

TEST(x86_numbers, efer) {
  using namespace x86::efer;
  compare<std::uint64_t>({{sce, bit(0)}, {lme, bit(8)}, {lma, bit(10)}, {nxe, bit(11)}});
}

// SDM volume 2A, table 3-8.
TEST(x86_numbers, cpuid) {
  using namespace x86::cpuid;
  compare<std::uint64_t>({
      {basic_information, 0}, {version, 1}, {structured_features, 7}, {extended_information, 0x80000000},
      {extended_features, 0x80000001}, {address_sizes, 0x80000008}, {group_at, 28}, {software_group, 4},
      {extended_group, 8}
  });
}

TEST(x86_numbers, version_ecx) {
  using namespace x86::cpuid::version_ecx;
  compare<std::uint64_t>({{osxsave, bit(27)}});
}

TEST(x86_numbers, version_edx) {
  using namespace x86::cpuid::version_edx;
  compare<std::uint64_t>({
      {fpu, bit(0)}, {de, bit(2)}, {pse, bit(3)}, {tsc, bit(4)}, {msr, bit(5)}, {pae, bit(6)}, {cx8, bit(8)},
      {apic, bit(9)}, {sep, bit(11)}, {mtrr, bit(12)}, {pge, bit(13)}, {mca, bit(14)}, {cmov, bit(15)},
      {pat, bit(16)}, {pse36, bit(17)}, {fxsr, bit(24)}, {sse, bit(25)}, {sse2, bit(26)}
  });
}

TEST(x86_numbers, structured_ebx) {
  using namespace x86::cpuid::structured_ebx;
  compare<std::uint64_t>({{smep, bit(7)}, {smap, bit(20)}});
}

TEST(x86_numbers, structured_ecx) {
  using namespace x86::cpuid::structured_ecx;
  compare<std::uint64_t>({{ospke, bit(4)}});
}

TEST(x86_numbers, extended_edx) {
  using namespace x86::cpuid::extended_edx;
  compare<std::uint64_t>({{syscall, bit(11)}, {nx, bit(20)}, {gbpages, bit(26)}, {long_mode, bit(29)}});
}

TEST(x86_numbers, address_eax) {
  using namespace x86::cpuid::address_eax;
  compare<std::uint64_t>({{physical_bits, 8}});
}

// SDM 18.2, 18.4.1.
TEST(x86_numbers, dr6) {
  using namespace x86::dr6;
  compare<std::uint64_t>({
      {b0, bit(0)}, {bd, bit(13)}, {bs, bit(14)}, {bt, bit(15)}, {breakpoints, 0xf}, {ones, 0xffff0ff0},
      {writable, 0xe00f}
  });
}

TEST(x86_numbers, dr7) {
  using namespace x86::dr7;
  compare<std::uint64_t>({{breakpoints, 0xff}, {ge, bit(9)}, {gd, bit(13)}, {ones, bit(10)}, {writable, 0xffff23ff}});
}

TEST(x86_numbers, debugctl) {
  using namespace x86::debugctl;
  compare<std::uint64_t>({{lbr, bit(0)}, {btf, bit(1)}});
}

// SDM tables 4-4 to 4-20.
TEST(x86_numbers, entry) {
  using namespace x86::entry;
  compare<std::uint64_t>({
      {present, bit(0)}, {write, bit(1)}, {user, bit(2)}, {pwt, bit(3)}, {pcd, bit(4)}, {accessed, bit(5)},
      {dirty, bit(6)}, {large, bit(7)}, {global, bit(8)}, {large_pat, bit(12)}, {no_execute, bit(63)},
      {address_mask, 0xffffffffff000}, {max_physical_bits, 52}
  });
}

// SDM 25.8.3, table 25-4.
TEST(x86_numbers, event_field) {
  using namespace x86::event_field;
  compare<std::uint64_t>({
      {vector_bits, 8}, {type_at, 8}, {type_bits, 3}, {has_error_code, bit(11)}, {valid, bit(31)},
      {nmi_unblocked, bit(12)}
  });
}

TEST(x86_numbers, event_type) {
  using enum x86::event_type;
  compare<x86::event_type>({
      {external_interrupt, 0}, {nmi, 2}, {hardware_exception, 3}, {software_interrupt, 4}, {privileged_exception, 5},
      {software_exception, 6}, {other, 7}
  });
}

TEST(x86_numbers, pending_debug) {
  using namespace x86::pending_debug;
  compare<std::uint64_t>({{breakpoints, 0xf}, {enabled_breakpoint, bit(12)}, {single_step, bit(14)}, {rtm, bit(16)}});
}

// SDM table 6-1.
TEST(x86_numbers, exception) {
  using enum x86::exception;
  compare<x86::exception>({
      {divide, 0}, {debug, 1}, {nmi, 2}, {breakpoint, 3}, {overflow, 4}, {bound, 5}, {undefined, 6}, {no_device, 7},
      {double_fault, 8}, {invalid_tss, 10}, {not_present, 11}, {stack, 12}, {protection, 13}, {page_fault, 14},
      {alignment, 17}, {machine_check, 18}, {control_protection, 21}
  });
}

// SDM volume 1, 3.4.3.
TEST(x86_numbers, rflags) {
  using namespace x86::rflags;
  compare<std::uint64_t>({{iopl_at, 12}, {status, 0x8d5}});
}

// SDM table 25-3.
TEST(x86_numbers, interruptibility) {
  using namespace x86::interruptibility;
  compare<std::uint64_t>({
      {by_sti, bit(0)}, {by_mov_ss, bit(1)}, {by_smi, bit(2)}, {by_nmi, bit(3)}, {enclave, bit(4)}, {shadow, 3}
  });
}

// SDM 4.7.
TEST(x86_numbers, page_fault) {
  using namespace x86::page_fault;
  compare<std::uint64_t>({{present, bit(0)}, {write, bit(1)}, {user, bit(2)}, {reserved, bit(3)}, {fetch, bit(4)}});
}

// SDM 25.4.1, 3.4.2, table 3-2.
TEST(x86_numbers, segment_rights) {
  using namespace x86::segment_rights;
  compare<std::uint64_t>({
      {type_bits, 4}, {dpl_at, 5}, {dpl_bits, 2}, {accessed, bit(0)}, {writable, bit(1)}, {expand_down, bit(2)},
      {code, bit(3)}, {code_or_data, bit(4)}, {present, bit(7)}, {available, bit(12)}, {long_mode, bit(13)},
      {big, bit(14)}, {granularity, bit(15)}, {unusable, bit(16)}, {type, 0xf}, {dpl, 0x60}, {tss16, bit(0)},
      {ldt, bit(1)}, {tss, 9}, {busy, bit(1)}, {system_32_bit, bit(3)}, {busy_16_bit_tss, 3}, {busy_32_bit_tss, 0xb},
      {real_data, 0x93}, {real_code, 0x9b}
  });
}

TEST(x86_numbers, selector) {
  using namespace x86::selector;
  compare<std::uint64_t>({{rpl, 3}, {local, bit(2)}, {index, 0xfff8}});
}

// SDM 25.4.2.
TEST(x86_numbers, activity) {
  using namespace x86::activity;
  compare<std::uint64_t>({{active, 0}, {hlt, 1}, {shutdown, 2}, {wait_for_sipi, 3}});
}
// clang-format on

}  // namespace
}  // namespace umbra
