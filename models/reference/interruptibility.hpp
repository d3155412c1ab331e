// When a processor takes an interrupt or an NMI (6.8.1, 6.8.3, 6.7.1; 25.4.2), and what comes first of what is pending
// (table 6-2).
#pragma once

#include <word/word.hpp>

#include "core/x86/activity.hpp"
#include "core/x86/flags.hpp"
#include "core/x86/interruptibility.hpp"

namespace umbra::reference {

struct interrupt_state {
  word rflags{};
  word interruptibility{};
  word activity{};
};

/// External interrupts: IF = 1, no shadow of STI or MOV SS, and a processor that runs or has halted.
inline flag takes_interrupts(const interrupt_state& s) {
  const flag awake = either(s.activity == word{x86::activity::active}, s.activity == word{x86::activity::hlt});
  return both(
      both(has(s.rflags, x86::rflags::interrupt), negate(has(s.interruptibility, x86::interruptibility::shadow))),
      awake);
}

/// NMIs: none in service, no shadow of MOV SS. Shutdown is left by an NMI, wait-for-SIPI is not.
inline flag may_take_nmis(const interrupt_state& s) {
  using namespace x86::interruptibility;
  return both(negate(has(s.interruptibility, by_mov_ss | by_nmi)), s.activity != word{x86::activity::wait_for_sipi});
}
/// Whether STI's shadow holds NMIs back is up to the processor (volume 2, STI; table 25-3), so this is what to rely on.
inline flag takes_nmis(const interrupt_state& s) {
  return both(may_take_nmis(s), negate(has(s.interruptibility, x86::interruptibility::by_sti)));
}

/// What waits to be delivered at an instruction boundary.
struct pending_events {
  flag interrupted = flag(false);  ///< an event whose delivery an exit interrupted
  flag exception = flag(false);    ///< one that the last instruction raised
  flag nmi = flag(false);
  flag interrupt = flag(false);
};

/// Which of them is delivered now: at most one. The one that was interrupted has begun already; then come, by table
/// 6-2, exceptions of the last instruction, NMIs, interrupts.
inline pending_events delivered_now(const pending_events& p, const interrupt_state& s) {
  const flag exception = both(p.exception, negate(p.interrupted));
  const flag first = either(p.interrupted, p.exception);
  const flag nmi = both(both(p.nmi, takes_nmis(s)), negate(first));
  const flag interrupt = both(both(p.interrupt, takes_interrupts(s)), negate(either(first, nmi)));
  return {.interrupted = p.interrupted, .exception = exception, .nmi = nmi, .interrupt = interrupt};
}

}  // namespace umbra::reference
