// The VM-execution, VM-exit and VM-entry controls under which every vCPU runs.
#pragma once

#include "core/vmx/capabilities.hpp"

namespace umbra::vmx {

struct controls {
  std::uint32_t pin = 0, processor = 0, secondary = 0, exit = 0;
  std::uint32_t entry = 0;  ///< x86::entry_control::guest_64_bit comes and goes with the guest's mode

  bool can_step = false;  ///< x86::processor_control::monitor_trap_flag may be set

  bool has_secondary() const;
  /// Whether what the processor caches of a guest is tagged.
  bool has_vpid() const;
  /// Whether the processor keeps track of the guest's NMIs.
  bool has_virtual_nmis() const;

  /// What umbra needs, what it likes, and what the processor has at 1 anyway. Null; or what the processor lacks, in
  /// words that an operator understands.
  const char* choose(const capabilities&);
};

}  // namespace umbra::vmx
