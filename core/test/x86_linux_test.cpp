// The numbers of core/x86 that Linux's UAPI headers have; the others are in x86_numbers_test.cpp.
#include <asm/processor-flags.h>
#include <asm/vmx.h>
#include <gtest/gtest.h>

#include "core/x86/address.hpp"
#include "core/x86/control.hpp"
#include "core/x86/exit_reason.hpp"
#include "core/x86/flags.hpp"

namespace umbra::x86 {
namespace {

TEST(x86_bits, cr0_is_as_in_linux) {
  EXPECT_EQ(cr0::pe, X86_CR0_PE);
  EXPECT_EQ(cr0::mp, X86_CR0_MP);
  EXPECT_EQ(cr0::em, X86_CR0_EM);
  EXPECT_EQ(cr0::ts, X86_CR0_TS);
  EXPECT_EQ(cr0::et, X86_CR0_ET);
  EXPECT_EQ(cr0::ne, X86_CR0_NE);
  EXPECT_EQ(cr0::wp, X86_CR0_WP);
  EXPECT_EQ(cr0::am, X86_CR0_AM);
  EXPECT_EQ(cr0::nw, X86_CR0_NW);
  EXPECT_EQ(cr0::cd, X86_CR0_CD);
  EXPECT_EQ(cr0::pg, X86_CR0_PG);
  EXPECT_EQ(cr0::defined, std::uint64_t{0xe005003f});
}

TEST(x86_bits, cr3_is_as_in_linux) {
  EXPECT_EQ(cr3::pwt, X86_CR3_PWT);
  EXPECT_EQ(cr3::pcd, X86_CR3_PCD);
}

TEST(x86_bits, cr4_is_as_in_linux) {
  EXPECT_EQ(cr4::vme, X86_CR4_VME);
  EXPECT_EQ(cr4::pvi, X86_CR4_PVI);
  EXPECT_EQ(cr4::tsd, X86_CR4_TSD);
  EXPECT_EQ(cr4::de, X86_CR4_DE);
  EXPECT_EQ(cr4::pse, X86_CR4_PSE);
  EXPECT_EQ(cr4::pae, X86_CR4_PAE);
  EXPECT_EQ(cr4::mce, X86_CR4_MCE);
  EXPECT_EQ(cr4::pge, X86_CR4_PGE);
  EXPECT_EQ(cr4::pce, X86_CR4_PCE);
  EXPECT_EQ(cr4::osfxsr, X86_CR4_OSFXSR);
  EXPECT_EQ(cr4::osxmmexcpt, X86_CR4_OSXMMEXCPT);
  EXPECT_EQ(cr4::umip, X86_CR4_UMIP);
  EXPECT_EQ(cr4::la57, X86_CR4_LA57);
  EXPECT_EQ(cr4::vmxe, X86_CR4_VMXE);
  EXPECT_EQ(cr4::smxe, X86_CR4_SMXE);
  EXPECT_EQ(cr4::fsgsbase, X86_CR4_FSGSBASE);
  EXPECT_EQ(cr4::pcide, X86_CR4_PCIDE);
  EXPECT_EQ(cr4::osxsave, X86_CR4_OSXSAVE);
  EXPECT_EQ(cr4::smep, X86_CR4_SMEP);
  EXPECT_EQ(cr4::smap, X86_CR4_SMAP);
  EXPECT_EQ(cr4::pke, X86_CR4_PKE);
}

TEST(x86_bits, rflags_are_as_in_linux) {
  EXPECT_EQ(rflags::cf, X86_EFLAGS_CF);
  EXPECT_EQ(rflags::fixed, X86_EFLAGS_FIXED);
  EXPECT_EQ(rflags::pf, X86_EFLAGS_PF);
  EXPECT_EQ(rflags::af, X86_EFLAGS_AF);
  EXPECT_EQ(rflags::zf, X86_EFLAGS_ZF);
  EXPECT_EQ(rflags::sf, X86_EFLAGS_SF);
  EXPECT_EQ(rflags::tf, X86_EFLAGS_TF);
  EXPECT_EQ(rflags::interrupt, X86_EFLAGS_IF);
  EXPECT_EQ(rflags::df, X86_EFLAGS_DF);
  EXPECT_EQ(rflags::of, X86_EFLAGS_OF);
  EXPECT_EQ(rflags::iopl, X86_EFLAGS_IOPL);
  EXPECT_EQ(rflags::nt, X86_EFLAGS_NT);
  EXPECT_EQ(rflags::rf, X86_EFLAGS_RF);
  EXPECT_EQ(rflags::vm, X86_EFLAGS_VM);
  EXPECT_EQ(rflags::ac, X86_EFLAGS_AC);
  EXPECT_EQ(rflags::vif, X86_EFLAGS_VIF);
  EXPECT_EQ(rflags::vip, X86_EFLAGS_VIP);
  EXPECT_EQ(rflags::id, X86_EFLAGS_ID);
}

TEST(x86_bits, exit_reasons_are_as_in_linux) {
  const auto number = [](exit_reason r) { return static_cast<int>(r); };
  EXPECT_EQ(number(exit_reason::exception_or_nmi), EXIT_REASON_EXCEPTION_NMI);
  EXPECT_EQ(number(exit_reason::external_interrupt), EXIT_REASON_EXTERNAL_INTERRUPT);
  EXPECT_EQ(number(exit_reason::triple_fault), EXIT_REASON_TRIPLE_FAULT);
  EXPECT_EQ(number(exit_reason::init_signal), EXIT_REASON_INIT_SIGNAL);
  EXPECT_EQ(number(exit_reason::startup_ipi), EXIT_REASON_SIPI_SIGNAL);
  EXPECT_EQ(number(exit_reason::interrupt_window), EXIT_REASON_INTERRUPT_WINDOW);
  EXPECT_EQ(number(exit_reason::nmi_window), EXIT_REASON_NMI_WINDOW);
  EXPECT_EQ(number(exit_reason::task_switch), EXIT_REASON_TASK_SWITCH);
  EXPECT_EQ(number(exit_reason::cpuid), EXIT_REASON_CPUID);
  EXPECT_EQ(number(exit_reason::hlt), EXIT_REASON_HLT);
  EXPECT_EQ(number(exit_reason::invd), EXIT_REASON_INVD);
  EXPECT_EQ(number(exit_reason::invlpg), EXIT_REASON_INVLPG);
  EXPECT_EQ(number(exit_reason::rdpmc), EXIT_REASON_RDPMC);
  EXPECT_EQ(number(exit_reason::rdtsc), EXIT_REASON_RDTSC);
  EXPECT_EQ(number(exit_reason::vmcall), EXIT_REASON_VMCALL);
  EXPECT_EQ(number(exit_reason::vmclear), EXIT_REASON_VMCLEAR);
  EXPECT_EQ(number(exit_reason::vmlaunch), EXIT_REASON_VMLAUNCH);
  EXPECT_EQ(number(exit_reason::vmptrld), EXIT_REASON_VMPTRLD);
  EXPECT_EQ(number(exit_reason::vmptrst), EXIT_REASON_VMPTRST);
  EXPECT_EQ(number(exit_reason::vmread), EXIT_REASON_VMREAD);
  EXPECT_EQ(number(exit_reason::vmresume), EXIT_REASON_VMRESUME);
  EXPECT_EQ(number(exit_reason::vmwrite), EXIT_REASON_VMWRITE);
  EXPECT_EQ(number(exit_reason::vmxoff), EXIT_REASON_VMOFF);
  EXPECT_EQ(number(exit_reason::vmxon), EXIT_REASON_VMON);
  EXPECT_EQ(number(exit_reason::control_register), EXIT_REASON_CR_ACCESS);
  EXPECT_EQ(number(exit_reason::debug_register), EXIT_REASON_DR_ACCESS);
  EXPECT_EQ(number(exit_reason::io), EXIT_REASON_IO_INSTRUCTION);
  EXPECT_EQ(number(exit_reason::rdmsr), EXIT_REASON_MSR_READ);
  EXPECT_EQ(number(exit_reason::wrmsr), EXIT_REASON_MSR_WRITE);
  EXPECT_EQ(number(exit_reason::invalid_guest_state), EXIT_REASON_INVALID_STATE);
  EXPECT_EQ(number(exit_reason::msr_loading), EXIT_REASON_MSR_LOAD_FAIL);
  EXPECT_EQ(number(exit_reason::mwait), EXIT_REASON_MWAIT_INSTRUCTION);
  EXPECT_EQ(number(exit_reason::monitor_trap_flag), EXIT_REASON_MONITOR_TRAP_FLAG);
  EXPECT_EQ(number(exit_reason::monitor), EXIT_REASON_MONITOR_INSTRUCTION);
  EXPECT_EQ(number(exit_reason::pause), EXIT_REASON_PAUSE_INSTRUCTION);
  EXPECT_EQ(number(exit_reason::machine_check), EXIT_REASON_MCE_DURING_VMENTRY);
  EXPECT_EQ(number(exit_reason::tpr_below_threshold), EXIT_REASON_TPR_BELOW_THRESHOLD);
  EXPECT_EQ(number(exit_reason::apic_access), EXIT_REASON_APIC_ACCESS);
  EXPECT_EQ(number(exit_reason::virtualized_eoi), EXIT_REASON_EOI_INDUCED);
  EXPECT_EQ(number(exit_reason::gdtr_idtr), EXIT_REASON_GDTR_IDTR);
  EXPECT_EQ(number(exit_reason::ldtr_tr), EXIT_REASON_LDTR_TR);
  EXPECT_EQ(number(exit_reason::ept_violation), EXIT_REASON_EPT_VIOLATION);
  EXPECT_EQ(number(exit_reason::ept_misconfiguration), EXIT_REASON_EPT_MISCONFIG);
  EXPECT_EQ(number(exit_reason::invept), EXIT_REASON_INVEPT);
  EXPECT_EQ(number(exit_reason::rdtscp), EXIT_REASON_RDTSCP);
  EXPECT_EQ(number(exit_reason::preemption_timer), EXIT_REASON_PREEMPTION_TIMER);
  EXPECT_EQ(number(exit_reason::invvpid), EXIT_REASON_INVVPID);
  EXPECT_EQ(number(exit_reason::wbinvd), EXIT_REASON_WBINVD);
  EXPECT_EQ(number(exit_reason::xsetbv), EXIT_REASON_XSETBV);
  EXPECT_EQ(number(exit_reason::apic_write), EXIT_REASON_APIC_WRITE);
  EXPECT_EQ(number(exit_reason::rdrand), EXIT_REASON_RDRAND);
  EXPECT_EQ(number(exit_reason::invpcid), EXIT_REASON_INVPCID);
  EXPECT_EQ(number(exit_reason::vmfunc), EXIT_REASON_VMFUNC);
  EXPECT_EQ(number(exit_reason::rdseed), EXIT_REASON_RDSEED);
  EXPECT_EQ(number(exit_reason::xsaves), EXIT_REASON_XSAVES);
  EXPECT_EQ(number(exit_reason::xrstors), EXIT_REASON_XRSTORS);
  EXPECT_EQ(exit_reason_field::entry_failed, VMX_EXIT_REASONS_FAILED_VMENTRY);
}

TEST(x86_bits, a_page_is_4_kib) {
  EXPECT_EQ(page_size, 4096u);
  EXPECT_EQ(offset_in_page(0x12345), 0x345u);
  EXPECT_EQ(frame_of(gpa{0x12345}).value, 0x12u);
  EXPECT_EQ(address_of(hfn{0x12}).value, 0x12000u);
}

}  // namespace
}  // namespace umbra::x86
