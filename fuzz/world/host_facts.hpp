// The host that vCPUs run on, as far as it matters to a VMCS: one that VM entry takes (SDM 27.2.2 to 27.2.4).
#pragma once

#include "core/vmx/host_state.hpp"
#include "core/x86/control.hpp"

namespace umbra::fuzz {

constexpr vmx::processor_state host_processor{.cs = 0x10,
                                              .ss = 0x18,
                                              .tr = 0x40,
                                              .tr_base = 0xffff'fe00'0000'3000,
                                              .gdtr_base = 0xffff'fe00'0000'1000,
                                              .idtr_base = 0xffff'fe00'0000'0000,
                                              .gs_base = 0xffff'8880'0780'0000,
                                              .sysenter_cs = 0x10,
                                              .sysenter_esp = 0xffff'fe00'0000'2000,
                                              .sysenter_eip = 0xffff'ffff'8180'1300,
                                              .efer = x86::efer::sce | x86::efer::lme | x86::efer::lma | x86::efer::nxe,
                                              .exit_entry_point = 0xffff'ffff'8100'0000};
constexpr vmx::thread_state host_thread{.cr0 = 0x8005'0033,
                                        .cr3 = 0x1'0000'0000,
                                        .cr4 = 0x37'26f0,
                                        .fs_base = 0x7f12'3456'0000,
                                        .kernel_gs_base = 0x7f12'3456'7000};

}  // namespace umbra::fuzz
