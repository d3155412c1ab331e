// Bits of the VM-execution, VM-exit and VM-entry controls that the core uses (SDM volume 3, sections 25.6 to 25.8), and
// of the capability MSRs (appendix A).
#pragma once

#include <cstdint>

namespace umbra::x86 {

namespace pin_control {
constexpr std::uint32_t external_interrupt_exiting = 1u << 0, nmi_exiting = 1u << 3;
}
namespace processor_control {
constexpr std::uint32_t hlt_exiting = 1u << 7, invlpg_exiting = 1u << 9, mwait_exiting = 1u << 10,
                        rdpmc_exiting = 1u << 11, cr3_load_exiting = 1u << 15, cr3_store_exiting = 1u << 16,
                        cr8_load_exiting = 1u << 19, cr8_store_exiting = 1u << 20, mov_dr_exiting = 1u << 23,
                        unconditional_io_exiting = 1u << 24, use_io_bitmaps = 1u << 25, use_msr_bitmaps = 1u << 28,
                        monitor_exiting = 1u << 29, secondary = 1u << 31;
}
namespace secondary_control {
constexpr std::uint32_t enable_vpid = 1u << 5, wbinvd_exiting = 1u << 6;
}
namespace exit_control {
constexpr std::uint32_t host_64_bit = 1u << 9, acknowledge_interrupt = 1u << 15, load_efer = 1u << 21;
}
namespace entry_control {
constexpr std::uint32_t load_debug = 1u << 2, guest_64_bit = 1u << 9, load_efer = 1u << 15;
}

namespace vmx_basic {
constexpr unsigned revision_bits = 31;
constexpr std::uint64_t true_controls = std::uint64_t{1} << 55;
}  // namespace vmx_basic
namespace vpid_capability {
constexpr std::uint64_t invvpid = std::uint64_t{1} << 32, single_context = std::uint64_t{1} << 41;
}

}  // namespace umbra::x86
