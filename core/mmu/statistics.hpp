// Counters that an operator watches; the names are those of KVM's first release where it had them.
#pragma once

#include <cstdint>

namespace umbra::mmu {

struct statistics {
  std::uint64_t pf_fixed = 0;        ///< shadow faults resolved by linking or setting entries
  std::uint64_t pf_guest = 0;        ///< page faults given to the guest
  std::uint64_t pf_emulate = 0;      ///< faults answered by emulating the write
  std::uint64_t unprotected = 0;     ///< writes that hardware was let to try again, since none could emulate them
  std::uint64_t pf_mmio = 0;         ///< accesses outside memory
  std::uint64_t pf_retry = 0;        ///< faults tried again because the guest raced
  std::uint64_t tlb_flush = 0;       ///< flushes of one vCPU
  std::uint64_t remote_tlb_flush = 0;  ///< flushes of all vCPUs
  std::uint64_t invlpg = 0;
  std::uint64_t pte_write = 0;       ///< emulated writes that hit a guest table
  std::uint64_t pte_updated = 0;     ///< shadow entries that such writes refilled in place
  std::uint64_t shadow_zapped = 0;   ///< shadow pages removed, for any reason
  std::uint64_t flooded = 0;         ///< shadow pages removed because their table was written without being used
  std::uint64_t recycled = 0;        ///< shadow pages removed to refill the pool
  std::uint64_t cache_miss = 0;      ///< shadow pages built
  std::uint64_t root_load = 0;
};

}  // namespace umbra::mmu
