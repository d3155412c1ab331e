// Which register states a guest can have, said by the writes that lead there from reset. Theorems take a guest's
// registers to be what these writes leave; that every state met elsewhere is among them is checked while fuzzing.
#pragma once

#include <array>

#include <word/array.hpp>
#include <word/word.hpp>

#include "models/reference/control_registers.hpp"
#include "models/reference/paging_mode.hpp"

namespace umbra::reference {

enum class control_register : unsigned char { cr0, cr3, cr4, efer };

/// The order in which one write each leads to any state. CR4.PAE and EFER.LME come before CR0.PG (4.1.2). CR3 comes
/// last in 4-level paging, since it takes more than 32 bits in IA-32e mode only (4.5); else before CR0.PG, which reads
/// the PDPTEs.
constexpr std::array<control_register, 4> order_of_writes(bool level4) {
  using enum control_register;
  if (level4) return {cr4, efer, cr0, cr3};
  return {cr4, efer, cr3, cr0};
}

/// Whether the guest can have these registers: the writes are all taken, and leave just them. PDPTEs may be any valid
/// ones, since memory may have held any; they count in PAE paging only.
inline flag reachable(const registers& r) {
  struct pointers {
    const registers& r;
    flag backed(word) const { return true; }
    word read(word gpa, unsigned) const { return umbra::pick(r.pdpte, field(gpa, 3, 2)); }
  };
  const pointers memory{r};
  registers reached;
  reached.cpuid = r.cpuid;
  const bool level4 = static_cast<bool>(both(paging(r), uses_4level(r)));
  flag taken = true;
  for (const control_register which : order_of_writes(level4)) {
    cr_effect e;
    switch (which) {
      case control_register::cr0:
        e = write_cr0(reached, r.cr0, memory);
        break;
      case control_register::cr3:
        e = write_cr3(reached, r.cr3, memory);
        break;
      case control_register::cr4:
        e = write_cr4(reached, r.cr4, memory);
        break;
      case control_register::efer:
        e = write_efer(reached, r.efer & ~x86::efer::lma, memory);
        break;
    }
    taken = both(taken, negate(e.faults));
  }
  flag same =
      both(both(reached.cr0 == r.cr0, reached.cr3 == r.cr3), both(reached.cr4 == r.cr4, reached.efer == r.efer));
  if (uses_pae(r)) {
    for (unsigned n = 0; n < 4; ++n) same = both(same, reached.pdpte[n] == r.pdpte[n]);
  }
  return both(taken, same);
}

}  // namespace umbra::reference
