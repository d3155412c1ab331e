// The words of the text form that exits need: instructions, general registers, fields of the guest-state area.
#pragma once

#include <array>
#include <string_view>

#include "core/x86/vmcs.hpp"
#include "fuzz/op.hpp"

namespace umbra::fuzz::words {

/// By instruction.
inline constexpr std::array<std::string_view, instruction_count> instructions{
    "mov-to-cr", "mov-from-cr", "clts",  "lmsw", "mov-to-dr", "mov-from-dr", "cpuid",       "rdmsr",
    "wrmsr",     "in",          "out",   "ins",  "outs",      "hlt",         "vmcall",      "vmx",
    "rdtsc",     "rdtscp",      "rdpmc", "monitor", "mwait",  "pause",       "wbinvd",      "invd",
    "xsetbv",    "exception",   "window", "interrupt", "nmi", "triple-fault", "task-switch"};

/// By number (SDM volume 2, table 2-2).
inline constexpr std::array<std::string_view, 16> general_registers{
    "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"};

struct named_field {
  std::string_view name;
  x86::vmcs field;
};
inline constexpr std::array<named_field, 54> fields{{
    {"es-selector", x86::vmcs::guest_es_selector},
    {"cs-selector", x86::vmcs::guest_cs_selector},
    {"ss-selector", x86::vmcs::guest_ss_selector},
    {"ds-selector", x86::vmcs::guest_ds_selector},
    {"fs-selector", x86::vmcs::guest_fs_selector},
    {"gs-selector", x86::vmcs::guest_gs_selector},
    {"ldtr-selector", x86::vmcs::guest_ldtr_selector},
    {"tr-selector", x86::vmcs::guest_tr_selector},
    {"es-base", x86::vmcs::guest_es_base},
    {"cs-base", x86::vmcs::guest_cs_base},
    {"ss-base", x86::vmcs::guest_ss_base},
    {"ds-base", x86::vmcs::guest_ds_base},
    {"fs-base", x86::vmcs::guest_fs_base},
    {"gs-base", x86::vmcs::guest_gs_base},
    {"ldtr-base", x86::vmcs::guest_ldtr_base},
    {"tr-base", x86::vmcs::guest_tr_base},
    {"gdtr-base", x86::vmcs::guest_gdtr_base},
    {"idtr-base", x86::vmcs::guest_idtr_base},
    {"es-limit", x86::vmcs::guest_es_limit},
    {"cs-limit", x86::vmcs::guest_cs_limit},
    {"ss-limit", x86::vmcs::guest_ss_limit},
    {"ds-limit", x86::vmcs::guest_ds_limit},
    {"fs-limit", x86::vmcs::guest_fs_limit},
    {"gs-limit", x86::vmcs::guest_gs_limit},
    {"ldtr-limit", x86::vmcs::guest_ldtr_limit},
    {"tr-limit", x86::vmcs::guest_tr_limit},
    {"gdtr-limit", x86::vmcs::guest_gdtr_limit},
    {"idtr-limit", x86::vmcs::guest_idtr_limit},
    {"es-rights", x86::vmcs::guest_es_rights},
    {"cs-rights", x86::vmcs::guest_cs_rights},
    {"ss-rights", x86::vmcs::guest_ss_rights},
    {"ds-rights", x86::vmcs::guest_ds_rights},
    {"fs-rights", x86::vmcs::guest_fs_rights},
    {"gs-rights", x86::vmcs::guest_gs_rights},
    {"ldtr-rights", x86::vmcs::guest_ldtr_rights},
    {"tr-rights", x86::vmcs::guest_tr_rights},
    {"cr0", x86::vmcs::guest_cr0},
    {"cr3", x86::vmcs::guest_cr3},
    {"cr4", x86::vmcs::guest_cr4},
    {"efer", x86::vmcs::guest_efer},
    {"dr7", x86::vmcs::guest_dr7},
    {"debugctl", x86::vmcs::guest_debugctl},
    {"rsp", x86::vmcs::guest_rsp},
    {"rip", x86::vmcs::guest_rip},
    {"rflags", x86::vmcs::guest_rflags},
    {"pending-debug", x86::vmcs::guest_pending_debug},
    {"interruptibility", x86::vmcs::guest_interruptibility},
    {"activity", x86::vmcs::guest_activity},
    {"sysenter-cs", x86::vmcs::guest_sysenter_cs},
    {"sysenter-esp", x86::vmcs::guest_sysenter_esp},
    {"sysenter-eip", x86::vmcs::guest_sysenter_eip},
    {"link-pointer", x86::vmcs::link_pointer},
    {"smbase", x86::vmcs::guest_smbase},
    {"pat", x86::vmcs::guest_pat},
}};

/// From first_vmm_state on.
inline constexpr std::array<std::string_view, vmm_states> vmm_state_names{
    "task-priority", "interrupt-window", "events", "debug-registers", "guest-debug", "cpuid",
    "msr",           "msr-exits",        "fpu",    "interrupts",      "probe"};

}  // namespace umbra::fuzz::words
