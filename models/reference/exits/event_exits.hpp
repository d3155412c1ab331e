// Exits for events: exceptions, interrupts, NMIs, windows, triple faults, and VM entries that failed.
#pragma once

#include <word/word.hpp>

#include "core/x86/debug.hpp"
#include "models/reference/exits/ends.hpp"

namespace umbra::reference {

/// The hypervisor's affair: host interrupts and NMIs, timers.
inline legal_ends host_ends() { return {.stays = flag(true), .leaves = word{bit(leave::interrupted)}}; }

/// The guest can take what waits, by now.
inline legal_ends window_ends() {
  return {.stays = flag(true), .leaves = word{bit(leave::interrupt_window) | bit(leave::interrupted)}};
}

inline legal_ends triple_fault_ends() { return {.leaves = word{bit(leave::shutdown)}}; }
inline legal_ends failed_entry_ends() { return {.leaves = word{bit(leave::fail_entry)}}; }

/// Reasons that this hypervisor never asks hardware for, or has no answer to.
inline legal_ends unanswered_ends() { return {.leaves = word{bit(leave::unknown) | bit(leave::internal_error)}}; }

/// An exception. The guest may have it as it is. Besides:
/// - #PF may be the shadow tables' affair, or one of an access that is emulated;
/// - #DB and #BP may be userspace's, if it debugs the guest;
/// - #NM may be about an FPU state that is not loaded yet;
/// - #UD, and whatever an instruction raises in real mode, which runs as virtual-8086 mode, may lead to emulation.
/// An NMI and a machine check are the host's.
inline legal_ends exception_ends(const guest_state& s, const exit_information& exit) {
  using enum x86::exception;
  const event& e = exit.interruption;
  const auto is_vector = [&e](x86::exception x) { return e.vector() == word{x86::vector_of(x)}; };
  if (either(e.is(x86::event_type::nmi), is_vector(machine_check))) return host_ends();
  // Table 28-1, for #DB, whose exit leaves DR6 as it was (28.1). INT1 changes nothing there.
  constexpr std::uint64_t met = x86::dr6::breakpoints | x86::dr6::bd | x86::dr6::bs;
  const flag real_mode = negate(has(s.control.cr0, x86::cr0::pe));
  const flag fault_of_page = is_vector(page_fault);
  const flag emulates = either(either(fault_of_page, is_vector(undefined)), real_mode);
  return {.stays = either(either(fault_of_page, is_vector(no_device)), real_mode),
          .faults = word{1} << (e.vector() & word{31}),
          .error_code = e.error_code,
          .sets_cr2 = fault_of_page,
          .cr2 = exit.qualification,
          .debug_causes = select(e.is(x86::event_type::hardware_exception), exit.qualification & word{met}, word{0}),
          .emulated = emulates,
          .leaves = when(either(is_vector(debug), is_vector(breakpoint)), bit(leave::debug)) |
                    when(emulates, bit(leave::io) | bit(leave::mmio) | bit(leave::hlt) | bit(leave::shutdown) |
                                       bit(leave::internal_error))};
}

}  // namespace umbra::reference
