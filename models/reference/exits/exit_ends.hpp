// The legal ends of every exit, by its basic reason (appendix C).
#pragma once

#include <word/word.hpp>

#include "core/x86/exit_reason.hpp"
#include "models/reference/exits/control_register_exit.hpp"
#include "models/reference/exits/debug_register_exit.hpp"
#include "models/reference/exits/event_exits.hpp"
#include "models/reference/exits/instruction_exits.hpp"

namespace umbra::reference {

/// What the rules have to know besides the guest's registers.
struct exit_context {
  cpuid_table cpuid{};
  msr_state msrs{};
  word msr_value{};              ///< of the register that RDMSR names
  flag msr_known = flag(false);  ///< `msr_value` says so
  pending_events pending{};      ///< what waits when the exit comes
  flag nmi_unblocking =
      flag(false);  ///< bit 12 of the interruption information is defined: no NMI exiting, or virtual NMIs
};

template <guest_memory Memory>
legal_ends ends_of(const guest_state& s, const exit_information& exit, const exit_context& c, const Memory& memory) {
  using enum x86::exit_reason;
  const auto is_any = [&exit](auto... reasons) {
    flag any = flag(false);
    ((any = either(any, exit.reason == word{static_cast<unsigned>(reasons)})), ...);
    return any;
  };
  if (is_any(exception_or_nmi)) return exception_ends(s, exit);
  if (is_any(external_interrupt, x86::exit_reason::machine_check, preemption_timer)) return host_ends();
  if (is_any(interrupt_window, nmi_window)) return window_ends();
  if (is_any(triple_fault)) return triple_fault_ends();
  if (is_any(invalid_guest_state, msr_loading)) return failed_entry_ends();
  if (is_any(control_register)) return control_register_ends(s, exit, memory);
  if (is_any(x86::exit_reason::debug_register)) return debug_register_ends(s, exit);
  if (is_any(x86::exit_reason::cpuid)) return cpuid_ends(s, c.cpuid);
  if (is_any(hlt)) return hlt_ends(s);
  if (is_any(rdmsr)) return rdmsr_ends(s, c.msrs, c.msr_value, c.msr_known);
  if (is_any(wrmsr)) return wrmsr_ends(s, c.msrs);
  if (is_any(io)) return io_ends(s, exit);
  if (is_any(invlpg, invd, wbinvd, x86::exit_reason::pause)) return plain_ends(s);
  if (is_any(rdtsc)) return rdtsc_ends(s, flag(false));
  if (is_any(rdtscp)) return rdtsc_ends(s, flag(true));
  if (is_any(rdpmc)) return rdpmc_ends();
  if (is_any(vmcall)) return vmcall_ends(s);
  if (is_any(vmclear, vmlaunch, vmptrld, vmptrst, vmread, vmresume, vmwrite, vmxoff, vmxon, invept, invvpid, vmfunc))
    return undefined_ends();
  if (is_any(getsec, monitor, mwait, xsetbv, invpcid, rdrand, rdseed, xsaves, xrstors)) return undefined_ends();
  return unanswered_ends();
}

}  // namespace umbra::reference
