// What keeps a guest from its host beyond what VM entry demands: that all exits which could touch the host, and that
// the exit brings back the host's own state.
#pragma once

#include <optional>

#include "fuzz/world/processor_facts.hpp"

namespace umbra::fuzz {

/// A sentence's beginning, and what was found and expected: a field's value, or a control's bits.
struct gap {
  const char* what;
  std::uint64_t found, expected;
};

/// Looks at the VMCS that a vCPU is entered with. `disguised`: virtual-8086 mode stands for real mode.
std::optional<gap> gap_in_containment(const machine::processor&, const host_memory&, bool disguised);

}  // namespace umbra::fuzz
