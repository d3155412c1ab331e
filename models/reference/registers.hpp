// The architectural state that translation depends on, as the guest sees it.
#pragma once

#include <array>

#include <word/word.hpp>

#include "core/x86/features.hpp"

namespace umbra::reference {

struct registers {
  word cr0{0x60000010};  ///< after reset (SDM 3, table 10-1)
  word cr3{};
  word cr4{};
  word efer{};
  std::array<word, 4> pdpte{};  ///< loaded directory-pointer registers (SDM 4.4.1)
  x86::features cpuid{};
};

/// One access (SDM 4.6): `ac` means explicit supervisor access with EFLAGS.AC set.
struct access {
  flag user = false;
  flag write = false;
  flag fetch = false;
  flag ac = false;
};

}  // namespace umbra::reference
