// What a world counts. Benches divide by these, so skipped and rejected ops are not among the effective ones.
#pragma once

#include <cstdint>
#include <initializer_list>

#include "core/x86/exit_reason.hpp"

namespace umbra::fuzz {

struct tally {
  std::uint64_t programs = 0;   ///< started
  std::uint64_t ops = 0;        ///< of all kinds, ineffective ones included
  std::uint64_t effective = 0;  ///< those that did something: an access made, a register or the memory map changed, ...
  std::uint64_t accesses = 0;   ///< guest reads, writes and fetches, each step of an `exhaust` included
  std::uint64_t faulting = 0;   ///< effective ops with at least one page-fault exit
  std::uint64_t table_writes = 0;    ///< effective ops in which the core wrote, or saw written, a shadowed guest table
  std::uint64_t fault_or_table = 0;  ///< effective ops that count in either of the two
  std::uint64_t exits = 0;           ///< page-fault exits
  std::uint64_t vm_exits = 0;        ///< all that the core has answered
  std::uint64_t exits_for[x86::exit_reason_limit] = {};  ///< of them, by basic exit reason
  std::uint64_t emulated = 0;                            ///< instructions that the core has executed itself
  std::uint64_t guest_faults = 0;                        ///< accesses that ended in #PF
  std::uint64_t stale = 0;                               ///< outcomes that only a cached translation explains
  std::uint64_t races = 0;                               ///< armed writes that landed
  std::uint64_t checks = 0;  ///< invariants checked, one a page or entry set as models/invariants counts them
  std::uint64_t full_checks = 0;
  std::uint64_t foundations = 0;  ///< empty VMs made, rather than put back as they were when last made
  unsigned live_pages = 0;        ///< live shadow pages when the last program ended, before teardown

  /// What two worlds counted; the live pages are the last one's.
  tally& operator+=(const tally& other) {
    for (std::uint64_t tally::*count :
         {&tally::programs, &tally::ops, &tally::effective, &tally::accesses, &tally::faulting, &tally::table_writes,
          &tally::fault_or_table, &tally::exits, &tally::vm_exits, &tally::emulated, &tally::guest_faults,
          &tally::stale, &tally::races, &tally::checks, &tally::full_checks, &tally::foundations}) {
      this->*count += other.*count;
    }
    for (unsigned n = 0; n < x86::exit_reason_limit; ++n) exits_for[n] += other.exits_for[n];
    live_pages = other.live_pages;
    return *this;
  }
};

}  // namespace umbra::fuzz
