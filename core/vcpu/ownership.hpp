// Which bits of CR0 and CR4 are the guest's own: it reads and writes them in the register itself, without an exit. All
// others it reads from the read shadow, and a write that is to change one exits (SDM 25.6.6).
//
// A bit can be the guest's where hardware runs with the guest's value of it and nothing of umbra's hangs on a change.
#pragma once

#include "core/x86/control.hpp"

namespace umbra::vcpu {

struct ownership {
  std::uint64_t cr0 = 0, cr4 = 0;
};

/// What says whether an instruction may use the FPU. They are the guest's as long as its FPU state is loaded.
constexpr std::uint64_t fpu_bits = x86::cr0::mp | x86::cr0::em | x86::cr0::ts;

constexpr ownership most_owned{
    .cr0 = fpu_bits | x86::cr0::am,
    .cr4 = x86::cr4::vme | x86::cr4::pvi | x86::cr4::tsd | x86::cr4::de | x86::cr4::pce | x86::cr4::osfxsr |
           x86::cr4::osxmmexcpt,
};
constexpr ownership owned_without_fpu{.cr0 = most_owned.cr0 & ~fpu_bits, .cr4 = most_owned.cr4};

/// Real mode has none of what binds CPL 3, at which it runs.
constexpr ownership most_owned_in_real_mode{
    .cr0 = fpu_bits,
    .cr4 = most_owned.cr4 & ~(x86::cr4::vme | x86::cr4::pvi | x86::cr4::tsd),
};

}  // namespace umbra::vcpu
