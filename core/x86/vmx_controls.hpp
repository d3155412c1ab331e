// Bits of the VM-execution, VM-exit and VM-entry controls (SDM volume 3, sections 25.6 to 25.8), and of the capability
// MSRs (appendix A).
#pragma once

#include <cstdint>

namespace umbra::x86 {

namespace pin_control {
constexpr std::uint32_t external_interrupt_exiting = 1u << 0, nmi_exiting = 1u << 3, virtual_nmis = 1u << 5,
                        preemption_timer = 1u << 6, posted_interrupts = 1u << 7;
}
namespace processor_control {
constexpr std::uint32_t interrupt_window_exiting = 1u << 2, tsc_offsetting = 1u << 3, hlt_exiting = 1u << 7,
                        invlpg_exiting = 1u << 9, mwait_exiting = 1u << 10, rdpmc_exiting = 1u << 11,
                        rdtsc_exiting = 1u << 12, cr3_load_exiting = 1u << 15, cr3_store_exiting = 1u << 16,
                        cr8_load_exiting = 1u << 19, cr8_store_exiting = 1u << 20, tpr_shadow = 1u << 21,
                        nmi_window_exiting = 1u << 22, mov_dr_exiting = 1u << 23, unconditional_io_exiting = 1u << 24,
                        use_io_bitmaps = 1u << 25, monitor_trap_flag = 1u << 27, use_msr_bitmaps = 1u << 28,
                        monitor_exiting = 1u << 29, pause_exiting = 1u << 30, secondary = 1u << 31;
}
namespace secondary_control {
constexpr std::uint32_t virtualize_apic_accesses = 1u << 0, enable_ept = 1u << 1, descriptor_table_exiting = 1u << 2,
                        enable_rdtscp = 1u << 3, virtualize_x2apic = 1u << 4, enable_vpid = 1u << 5,
                        wbinvd_exiting = 1u << 6, unrestricted_guest = 1u << 7, apic_register_virtualization = 1u << 8,
                        virtual_interrupt_delivery = 1u << 9, pause_loop_exiting = 1u << 10, rdrand_exiting = 1u << 11,
                        enable_invpcid = 1u << 12, enable_vm_functions = 1u << 13, vmcs_shadowing = 1u << 14,
                        rdseed_exiting = 1u << 16, enable_pml = 1u << 17, ept_violation_exception = 1u << 18,
                        enable_xsaves = 1u << 20, mode_based_execute = 1u << 22;
}
namespace exit_control {
constexpr std::uint32_t save_debug = 1u << 2, host_64_bit = 1u << 9, load_performance_control = 1u << 12,
                        acknowledge_interrupt = 1u << 15, save_pat = 1u << 18, load_pat = 1u << 19,
                        save_efer = 1u << 20, load_efer = 1u << 21, save_preemption_timer = 1u << 22;
}
namespace entry_control {
constexpr std::uint32_t load_debug = 1u << 2, guest_64_bit = 1u << 9, entry_to_smm = 1u << 10,
                        deactivate_dual_monitor = 1u << 11, load_performance_control = 1u << 13, load_pat = 1u << 14,
                        load_efer = 1u << 15, load_bndcfgs = 1u << 16;
}

namespace vmx_basic {
constexpr unsigned revision_bits = 31;
constexpr std::uint64_t true_controls = std::uint64_t{1} << 55;
/// A hardware exception may be injected with or without an error code, whatever its vector.
constexpr std::uint64_t any_error_code = std::uint64_t{1} << 56;
}  // namespace vmx_basic
namespace vmx_misc {
constexpr std::uint64_t hlt_state = 1u << 6, shutdown_state = 1u << 7, wait_for_sipi_state = 1u << 8,
                        zero_length_injection = 1u << 30;
constexpr unsigned cr3_targets_at = 16, cr3_targets_bits = 9;
/// Recommended maximum of entries in an MSR list: 512 times one more than this field.
constexpr unsigned msr_list_at = 25, msr_list_bits = 3;
}  // namespace vmx_misc
namespace ept_capability {
constexpr std::uint64_t walk_length_4 = 1u << 6, uncacheable = 1u << 8, write_back = 1u << 14,
                        accessed_dirty = 1u << 21;
}
namespace vpid_capability {
constexpr std::uint64_t invvpid = std::uint64_t{1} << 32, single_context = std::uint64_t{1} << 41;
}

}  // namespace umbra::x86
