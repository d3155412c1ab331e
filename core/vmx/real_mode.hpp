// Real mode on processors that have none in VMX: the guest runs in virtual-8086 mode instead, at CPL 3 and IOPL 0.
//
// What would tell the difference is then a general protection (SDM 20.2.7, 20.3.1 with CR4.VME=0), and the emulator
// executes it: CLI, STI, PUSHF, POPF, INT n, IRET, IN, OUT, and all that needs CPL 0. Exceptions all exit, and go
// through the guest's interrupt vector table. So no event is ever delivered by hardware, and no TSS is needed: the task
// register ends before its I/O map, and nothing of the guest's memory is umbra's.
#pragma once

#include "core/vcpu/segment.hpp"

namespace umbra::vmx::real_mode {

/// ES to GS are as a load in real or virtual-8086 mode leaves them, but for rights.
flag representable(const vcpu::segments&);
/// They are what VM entry to virtual-8086 mode asks for (SDM 27.3.1.2).
flag is_virtual8086(const vcpu::segments&);

/// What hardware gets in the place of real mode's segments.
vcpu::segments disguise(const vcpu::segments&);
/// The guest's, after it has run: selectors and bases are what it made of them; all else is still as it was `before`.
vcpu::segments reveal(const vcpu::segments& hardware, const vcpu::segments& before);

/// The same for RFLAGS.
word disguise_flags(word rflags);
word reveal_flags(word hardware, word before);

}  // namespace umbra::vmx::real_mode
