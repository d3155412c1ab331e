// The VMCS fields that a vCPU runs under, and what VM entry says about them (SDM 27.2.1, 27.3.1).
#pragma once

#include <array>
#include <cstdint>

namespace umbra::machine {

struct controls {
  std::uint64_t cr0 = 0, cr3 = 0, cr4 = 0, efer = 0;
  std::uint64_t vpid = 0;
};

/// Why VM entry fails, or would run the guest otherwise than umbra may (WP or NXE off); null if all is well.
const char* entry_failure(const controls&);

/// Whether a directory-pointer entry keeps VM entry from loading it (SDM 27.3.1.6).
bool pdpte_invalid(std::uint64_t entry);

}  // namespace umbra::machine
