// The host's state that a VM exit brings back (SDM 25.5).
#pragma once

#include <cstdint>

namespace umbra::vmx {

/// What is a processor's own: to be told again when a vCPU has moved to another.
struct processor_state {
  std::uint16_t cs = 0, ss = 0, tr = 0;
  std::uint64_t tr_base = 0, gdtr_base = 0, idtr_base = 0, gs_base = 0;
  std::uint32_t sysenter_cs = 0;
  std::uint64_t sysenter_esp = 0, sysenter_eip = 0;
  std::uint64_t efer = 0;
  std::uint64_t exit_entry_point = 0;  ///< where the host goes on after an exit
};

/// What is a thread's: to be told before each VM entry, with interrupts off.
struct thread_state {
  std::uint64_t cr0 = 0, cr3 = 0, cr4 = 0;
  std::uint64_t fs_base = 0, kernel_gs_base = 0;
};

}  // namespace umbra::vmx
