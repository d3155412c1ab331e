// Which register states a guest can have, said by the writes that lead there from reset. Theorems take a guest's
// registers to be what these writes leave; that every state met elsewhere is among them is checked while fuzzing.
#pragma once

#include <word/array.hpp>
#include <word/word.hpp>

#include "models/reference/control_registers.hpp"
#include "models/reference/paging_mode.hpp"

namespace umbra::reference {

enum class control_register : unsigned char { cr0, cr3, cr4, efer };

/// What four registers are to hold.
struct control_values {
  word cr0, cr3, cr4, efer;
};

/// Calls `write(register, value)` for writes that lead from reset to any values that a guest can have. CR4.PAE and
/// EFER.LME come before CR0.PG (4.1.2). CR3 comes last in 4-level paging, since it takes more than 32 bits in IA-32e
/// mode only (4.5); else before CR0.PG, which reads the PDPTEs. It keeps its upper bits when that mode is left, so
/// outside of it, too, it can have some.
template <class Write>
void lead_to(const control_values& v, bool level4, Write write) {
  using enum control_register;
  const bool left_behind = !level4 && static_cast<bool>((v.cr3 >> 32) != word{0});
  if (left_behind) {
    write(cr4, word{x86::cr4::pae});
    write(efer, word{x86::efer::lme});
    write(cr0, word{x86::cr0::pe | x86::cr0::pg});
    write(cr3, v.cr3);
    write(cr0, word{x86::cr0::pe});
  }
  write(cr4, v.cr4);
  write(efer, v.efer);
  if (!level4 && !left_behind) write(cr3, v.cr3);
  write(cr0, v.cr0);
  if (level4) write(cr3, v.cr3);
}

/// The write itself, in the model.
template <guest_memory Memory>
cr_effect write_register(registers& r, control_register which, word value, const Memory& memory) {
  switch (which) {
    case control_register::cr0:
      return write_cr0(r, value, memory);
    case control_register::cr3:
      return write_cr3(r, value, memory);
    case control_register::cr4:
      return write_cr4(r, value, memory);
    case control_register::efer:
      break;
  }
  return write_efer(r, value, memory);
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
  lead_to({r.cr0, r.cr3, r.cr4, r.efer & ~x86::efer::lma}, level4, [&](control_register which, word value) {
    taken = both(taken, negate(write_register(reached, which, value, memory).faults));
  });
  flag same =
      both(both(reached.cr0 == r.cr0, reached.cr3 == r.cr3), both(reached.cr4 == r.cr4, reached.efer == r.efer));
  if (uses_pae(r)) {
    for (unsigned n = 0; n < 4; ++n) same = both(same, reached.pdpte[n] == r.pdpte[n]);
  }
  return both(taken, same);
}

}  // namespace umbra::reference
