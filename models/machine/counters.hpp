// What the machine counts, since the last reset.
#pragma once

#include <cstdint>

namespace umbra::machine {

struct counters {
  std::uint64_t reads = 0;           ///< of guest memory, by the core; compare-exchanges count as reads too
  std::uint64_t writes = 0;          ///< of guest memory, by the core; only those that changed it or could have
  std::uint64_t exchanges = 0;       ///< compare-exchanges, lost ones included
  std::uint64_t vmcs_writes = 0;
  std::uint64_t vcpu_flushes = 0;
  std::uint64_t all_flushes = 0;
  std::uint64_t kicks = 0;           ///< vCPUs that a flush_all found in guest mode
  std::uint64_t entries = 0;
  std::uint64_t exits = 0;           ///< kicks included
  std::uint64_t accesses = 0;
  std::uint64_t tlb_hits = 0;
  std::uint64_t walks = 0;           ///< of shadow tables, speculative ones included
  std::uint64_t structure_hits = 0;  ///< walks that began at a paging-structure cache
  std::uint64_t page_faults = 0;
  std::uint64_t allocations = 0;     ///< tables and other memory, and pins: all that may be made to fail
  std::uint64_t races = 0;           ///< armed races that have fired
};

}  // namespace umbra::machine
