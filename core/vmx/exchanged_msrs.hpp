// The MSRs that the processor exchanges at VM entry and exit: what SYSCALL and SWAPGS use, so that no guest sees the
// host's and neither side runs with the other's.
#pragma once

#include <array>

#include "core/x86/msr.hpp"

namespace umbra::vmx {

constexpr std::array exchanged_msrs{x86::msr::star, x86::msr::lstar, x86::msr::cstar, x86::msr::syscall_mask,
                                    x86::msr::kernel_gs_base};

/// The place of one of them in the lists.
constexpr unsigned place_in_list(x86::msr which) {
  unsigned n = 0;
  while (exchanged_msrs[n] != which) ++n;
  return n;
}

}  // namespace umbra::vmx
