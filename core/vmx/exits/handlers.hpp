// The handlers of VM exits, one a file. Each finds out from the VMCS what has happened, and says how the vCPU goes on.
#pragma once

#include "core/vmx/cpu.hpp"

namespace umbra::vmx::exits {

next exception_or_nmi(cpu&);
next page_fault(cpu&);                               ///< the exception that exception_or_nmi() passes on
next debug_exception(cpu&, const vcpu::event&);      ///< likewise
next breakpoint(cpu&, const vcpu::event&);           ///< likewise
next no_device(cpu&);                                ///< likewise
next real_mode_exception(cpu&, const vcpu::event&);  ///< another, of a guest in real mode
next external_interrupt(cpu&);
next window(cpu&);  ///< of interrupts, and of NMIs
next triple_fault(cpu&);
next cpuid(cpu&);
next hlt(cpu&);
next vmcall(cpu&);
next rdpmc(cpu&);
next rdtsc(cpu&);
next without_effect(cpu&);  ///< instructions that there is nothing to do for
next not_offered(cpu&);     ///< instructions that the guest's processor does not have
next invlpg(cpu&);
next control_register(cpu&);
next debug_register(cpu&);
next io(cpu&);
next rdmsr(cpu&);
next wrmsr(cpu&);
next monitor_trap(cpu&);
next entry_failure(cpu&);
next unknown(cpu&);  ///< any reason without a handler of its own

}  // namespace umbra::vmx::exits
