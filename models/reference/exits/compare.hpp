// Whether two states of a guest are the same, part by part.
#pragma once

#include <word/word.hpp>

#include "models/reference/exits/guest_state.hpp"
#include "models/reference/paging_mode.hpp"

namespace umbra::reference {

/// Outside 64-bit mode, bits 63:32 of general registers are undefined (volume 1, 3.4.1.1). `open` has a bit for each
/// register that need not agree.
inline flag same_general(const guest_state& a, const guest_state& b, word open) {
  const word counts = select(a.code64, word{bits(63, 0)}, word{bits(31, 0)});
  flag same = flag(true);
  for (unsigned i = 0; i < general::count; ++i)
    same = both(same, either(((a.general[i] ^ b.general[i]) & counts) == word{0}, has(open, std::uint64_t{1} << i)));
  return same;
}

inline flag same_control(const registers& a, const registers& b) {
  flag same = both(both(a.cr0 == b.cr0, a.cr3 == b.cr3), both(a.cr4 == b.cr4, a.efer == b.efer));
  const flag counts = uses_pae(a);
  for (unsigned i = 0; i < a.pdpte.size(); ++i) same = both(same, either(negate(counts), a.pdpte[i] == b.pdpte[i]));
  return same;
}

inline flag same_debug(const guest_state& a, const guest_state& b) {
  flag same = both(both(a.dr6 == b.dr6, a.dr7 == b.dr7), a.debugctl == b.debugctl);
  for (unsigned i = 0; i < a.breakpoints.size(); ++i) same = both(same, a.breakpoints[i] == b.breakpoints[i]);
  return same;
}

/// Control, debug and page-fault registers: what few instructions change.
inline flag same_system(const guest_state& a, const guest_state& b) {
  return both(both(same_control(a.control, b.control), same_debug(a, b)), both(a.cr2 == b.cr2, a.cr8 == b.cr8));
}

inline flag same_non_register(const guest_state& a, const guest_state& b) {
  return both(both(a.interruptibility == b.interruptibility, a.activity == b.activity),
              a.pending_debug == b.pending_debug);
}

/// Nothing has changed.
inline flag unchanged(const guest_state& a, const guest_state& b) {
  return both(both(same_general(a, b, word{0}), both(a.rip == b.rip, a.rflags == b.rflags)),
              both(same_system(a, b), same_non_register(a, b)));
}

}  // namespace umbra::reference
