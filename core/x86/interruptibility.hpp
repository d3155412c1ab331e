// The guest's interruptibility state, as the VMCS holds it (SDM volume 3, table 25-3).
#pragma once

#include <cstdint>

namespace umbra::x86::interruptibility {

constexpr std::uint64_t by_sti = 1u << 0, by_mov_ss = 1u << 1, by_smi = 1u << 2, by_nmi = 1u << 3, enclave = 1u << 4;

/// What lasts for one instruction.
constexpr std::uint64_t shadow = by_sti | by_mov_ss;

}  // namespace umbra::x86::interruptibility
