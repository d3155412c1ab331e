// I16: whether what came of an exit is one of its legal ends, and no event was lost on the way.
#pragma once

#include <word/word.hpp>

#include "models/reference/debug_registers.hpp"
#include "models/reference/event_delivery.hpp"
#include "models/reference/exits/compare.hpp"
#include "models/reference/exits/exit_ends.hpp"
#include "models/reference/exits/retirement.hpp"

namespace umbra::reference {

/// What is wrong, in the order in which it is looked for.
enum class exit_fault : std::uint8_t {
  none,
  request,       ///< the vCPU leaves with a request that this exit does not lead to
  departure,     ///< it leaves with a state that is neither the one before nor the one after the instruction
  exception,     ///< it gets an exception that this exit does not lead to, or with a wrong error code or CR2
  escalation,    ///< the exception is not what the one before it makes of it: #DF, shutdown
  injection,     ///< an event is injected that nothing gives rise to, or that the guest cannot take now
  state,         ///< registers are none that this exit can leave
  lost,          ///< an interrupt or NMI that was being delivered is gone
  nmi_blocking,  ///< IRET had unblocked NMIs before it faulted, and they still are
};
constexpr const char* text(exit_fault f) {
  constexpr const char* texts[] = {
      "nothing is wrong",
      "an exit leads to userspace only with a request that is its own",
      "a vCPU leaves with its instruction complete or not begun",
      "an exit raises no exception but its own",
      "an exception that another one meets is a double fault, shutdown, or comes after it",
      "an event is injected only if it is due and the guest can take it",
      "an exit changes what its instruction changes, and nothing else",
      "an interrupt or NMI whose delivery was interrupted is delivered later",
      "NMIs are blocked again after a fault of IRET",
  };
  return texts[static_cast<unsigned>(f)];
}

/// #DB, of hardware's kind.
inline flag is_debug_exception(const event& e) {
  return both(e.is(x86::event_type::hardware_exception), e.vector() == word{x86::vector_of(x86::exception::debug)});
}

/// The instruction is complete. With TF, the step's #DB may be pending or injected at once, with what else was pending;
/// an entry that injects it drops what is pending (27.7.3).
inline flag has_retired(const legal_ends& ends, const guest_state& before, word length, const exit_result& r) {
  guest_state due = retired(ends.effect, before, length);
  const guest_state& now = r.state;
  const flag stepped = both(has(before.rflags, x86::rflags::tf), is_debug_exception(r.injected));
  const word causes = due.pending_debug & word{x86::dr6::breakpoints | x86::dr6::bs};
  const flag told = either(negate(stepped), both(is_dr6_after_debug(now.dr6, due.dr6, causes),
                                                 (now.pending_debug & ~due.pending_debug) == word{0}));
  due.pending_debug = select(stepped, now.pending_debug, due.pending_debug);
  due.dr6 = select(stepped, now.dr6, due.dr6);
  due.dr7 = select(stepped, dr7_after_debug(due.dr7), due.dr7);
  due.debugctl = select(stepped, debugctl_after_debug(due.debugctl), due.debugctl);
  due.activity = select(both(ends.halts, now.activity == word{x86::activity::hlt}), now.activity, due.activity);
  const flag same = both(same_general(due, now, ends.open), both(due.rip == now.rip, due.rflags == now.rflags));
  return both(both(ends.retires, told), both(same, both(same_system(due, now), same_non_register(due, now))));
}

/// RFLAGS for the frame (17.3.1.1). RF is 1 for a fault, also one that hardware reports (28.3.3): only then an
/// instruction breakpoint does not come again when the handler has returned. It stays as it is for traps, #BP, #OF and
/// #DB; but of #DB, general detection is a fault. Of #DF the SDM does not say.
inline flag is_rflags_of_fault(word now, word before, word vector, word debug_causes) {
  using enum x86::exception;
  const word rf{x86::rflags::rf};
  const flag general_detect = has(debug_causes, x86::dr6::bd);
  const flag trap = contains(word{bit(breakpoint) | bit(overflow)} | when(negate(general_detect), bit(debug)), vector);
  const flag open = vector == word{x86::vector_of(double_fault)};
  return either(now == select(trap, before, before | rf), both(open, now == before));
}

/// A fault or trap: nothing has changed but CR2 for #PF (or the #DF that it became), DR6 and DR7 for #DB. RF may have
/// been set for the frame, and the delivery ends the shadow of STI and MOV SS.
inline flag has_faulted(const legal_ends& ends, const guest_state& before, const exit_result& r) {
  const word vector = r.injected.vector();
  guest_state due = before;
  const guest_state& now = r.state;
  const flag debug = is_debug_exception(r.injected);
  const flag told = either(negate(debug), is_dr6_after_debug(now.dr6, before.dr6, ends.debug_causes));
  const flag framed = is_rflags_of_fault(now.rflags, before.rflags, vector, ends.debug_causes);
  due.cr2 = select(ends.sets_cr2, now.cr2, due.cr2);
  due.dr6 = select(debug, now.dr6, due.dr6);
  due.dr7 = select(debug, dr7_after_debug(due.dr7), due.dr7);
  due.debugctl = select(debug, debugctl_after_debug(due.debugctl), due.debugctl);
  due.rflags = now.rflags;
  const word shadow{x86::interruptibility::shadow};
  due.interruptibility = (due.interruptibility & ~shadow) | (now.interruptibility & shadow & due.interruptibility);
  return both(both(told, framed), unchanged(due, now));
}

/// While an event is being delivered, there is no instruction to emulate.
inline flag emulates(const legal_ends& ends, const exit_information& exit) {
  return both(ends.emulated, negate(exit.vectoring.valid()));
}

/// The injected event is one of the exit's exceptions, or #DF if what was being delivered makes that of one of them.
inline flag is_delivered(const legal_ends& ends, const guest_state& before, const exit_information& exit,
                         const exit_result& r) {
  const flag real_mode = negate(has(before.control.cr0, x86::cr0::pe));
  const word vector = r.injected.vector(), doubles = doubling(exit.vectoring), shuts = shutting(exit.vectoring);
  const flag page = vector == word{x86::vector_of(x86::exception::page_fault)};
  const word code = select(page, r.injected.error_code, ends.error_code);
  const event due = hardware_exception(vector, code, real_mode);
  const flag software = both(is_software(exit.interruption), exit.interruption.vector() == vector);
  const flag as_it_is = either(both(negate(software), same_event(r.injected, due)),
                               both(software, same_event(r.injected, injected_again(exit.interruption))));
  const flag serial = both(contains(ends.faults & ~(doubles | shuts), vector), as_it_is);
  const word double_fault{x86::vector_of(x86::exception::double_fault)};
  const flag doubled = both((ends.faults & doubles) != word{0},
                            same_event(r.injected, hardware_exception(double_fault, word{0}, real_mode)));
  const flag address = either(negate(both(page, ends.sets_cr2)), either(r.state.cr2 == ends.cr2, emulates(ends, exit)));
  return both(either(serial, doubled), address);
}

/// What an entry may inject besides an exception of the exit: what was being delivered, or what waits and can be taken.
inline flag may_inject(const exit_information& exit, const exit_context& c, const exit_result& r) {
  const interrupt_state s{
      .rflags = r.state.rflags, .interruptibility = r.state.interruptibility, .activity = r.state.activity};
  const flag again = same_event(injected_again(exit.vectoring), r.injected);
  const flag interrupt =
      both(both(r.injected.is(x86::event_type::external_interrupt), c.pending.interrupt), takes_interrupts(s));
  const flag nmi = both(both(r.injected.is(x86::event_type::nmi), c.pending.nmi), may_take_nmis(s));
  const flag step = both(has(r.state.rflags, x86::rflags::tf), is_debug_exception(r.injected));
  return either(either(negate(r.injected.valid()), again), either(either(interrupt, nmi), step));
}

/// An interrupt or NMI that was being delivered is injected, or waits again.
inline flag keeps_interrupted(const exit_information& exit, const exit_result& r) {
  const flag again = same_event(injected_again(exit.vectoring), r.injected);
  const flag interrupt = exit.vectoring.is(x86::event_type::external_interrupt);
  const flag nmi = exit.vectoring.is(x86::event_type::nmi);
  return both(either(negate(interrupt), either(again, r.pending.interrupt)),
              either(negate(nmi), either(again, r.pending.nmi)));
}

/// 28.2.3, 33.7.1.2: unless the exit interrupted a delivery, or was #DF.
inline flag blocks_nmis_again(const exit_information& exit, const exit_context& c, const exit_result& r) {
  const event& e = exit.interruption;
  const flag unblocked = both(both(e.valid(), has(e.information, x86::event_field::nmi_unblocked)), c.nmi_unblocking);
  const flag counts =
      both(negate(exit.vectoring.valid()), e.vector() != word{x86::vector_of(x86::exception::double_fault)});
  return either(negate(both(unblocked, counts)), has(r.state.interruptibility, x86::interruptibility::by_nmi));
}

/// An event that an instruction can end in.
inline flag by_instruction(const event& e) {
  using enum x86::event_type;
  return either(either(e.is(hardware_exception), e.is(software_interrupt)),
                either(e.is(software_exception), e.is(privileged_exception)));
}

/// The first thing wrong with what came of an exit, as the number of an exit_fault.
inline word judge_exit(const legal_ends& ends, const guest_state& before, const exit_information& exit,
                       const exit_context& c, const exit_result& r) {
  const flag complete = has_retired(ends, before, exit.length, r), same = unchanged(before, r.state);
  const flag shuts = both(r.request == word{static_cast<unsigned>(leave::shutdown)},
                          (ends.faults & shutting(exit.vectoring)) != word{0});
  const flag request = either(contains(ends.leaves, r.request), shuts);
  const flag emulated = emulates(ends, exit);
  const flag departure = either(either(complete, same), either(emulated, shuts));

  const flag delivered = is_delivered(ends, before, exit, r), injects = may_inject(exit, c, r);
  const flag faulted = both(delivered, has_faulted(ends, before, r));
  // A step's #DB comes behind an instruction.
  const flag again = same_event(injected_again(exit.vectoring), r.injected);
  const flag stays = both(both(ends.stays, same), either(again, negate(is_debug_exception(r.injected))));
  const flag goes_on = both(injects, either(complete, stays));
  const flag exception = r.injected.is(x86::event_type::hardware_exception);
  // What is emulated is what memory holds by now: it may be INT n.
  const flag legal = either(either(faulted, goes_on), both(emulated, either(injects, by_instruction(r.injected))));

  const auto number = [](exit_fault f) { return word{static_cast<unsigned>(f)}; };
  const auto first = [&](flag holds, exit_fault f, word otherwise) { return select(holds, otherwise, number(f)); };
  const word none{0};
  const word kept = first(keeps_interrupted(exit, r), exit_fault::lost,
                          first(blocks_nmis_again(exit, c, r), exit_fault::nmi_blocking, none));
  const word left = first(request, exit_fault::request, first(departure, exit_fault::departure, none));

  const flag combines = (ends.faults & (doubling(exit.vectoring) | shutting(exit.vectoring))) != word{0};
  const word wrong_exception = select(combines, number(exit_fault::escalation), number(exit_fault::exception));
  const word wrong_event = select(exception, wrong_exception, number(exit_fault::injection));
  const word wrong = select(either(injects, delivered), number(exit_fault::state), wrong_event);
  return select(r.leaves, left, select(legal, kept, wrong));
}

}  // namespace umbra::reference
