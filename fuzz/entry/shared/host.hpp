// The host's own state, which a VM exit must lead back to.
#pragma once

#include <cstdint>

namespace umbra::entrycheck {

struct host {
  std::uint64_t cr0, cr3, cr4, efer, pat, rip, gdtr_base, idtr_base, tr_base;
};

/// Selectors of the program's descriptor table.
constexpr std::uint64_t host_code = 0x08, host_data = 0x10, host_task = 0x18;

}  // namespace umbra::entrycheck
