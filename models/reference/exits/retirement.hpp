// What completes an instruction that caused an exit, when its effect has been had elsewhere.
#pragma once

#include <word/word.hpp>

#include "core/x86/activity.hpp"
#include "core/x86/debug.hpp"
#include "core/x86/event.hpp"
#include "models/reference/exits/guest_state.hpp"

namespace umbra::reference {

/// The next instruction: RIP has 64 bits in 64-bit mode, else 32 (volume 1, 3.5). A 16-bit code segment ends at FFFFH
/// by its limit, not by a wrap of EIP.
inline word next_rip(const guest_state& s, word length) {
  const word behind = s.rip + length;
  return select(s.code64, behind, behind & bits(31, 0));
}

/// `effect`, with the instruction behind it. RF is cleared (17.3.1.1); the shadow of STI or MOV SS ends (table 25-3);
/// with TF, a single step is due (17.3.1.4, 27.3.1.5), to be delivered by the next entry. With BTF it is branches that
/// trap, and none of them exits (18.4.3); so also behind the WRMSR that sets it, for both flags are set then.
inline guest_state retired(guest_state effect, const guest_state& before, word length) {
  const flag steps = both(has(before.rflags, x86::rflags::tf), negate(has(effect.debugctl, x86::debugctl::btf)));
  effect.rip = next_rip(before, length);
  effect.rflags = effect.rflags & ~word{x86::rflags::rf};
  effect.interruptibility = effect.interruptibility & ~word{x86::interruptibility::shadow};
  effect.pending_debug = effect.pending_debug | when(steps, x86::pending_debug::single_step);
  return effect;
}

}  // namespace umbra::reference
