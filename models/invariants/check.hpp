// The checkers of I1 to I13.
//
// check_all() rebuilds everything from the raw tables: it trusts no counter, list, chain or hash of the core.
// check_step() looks only at what one operation can have changed, and at one more page each time; it follows the core's
// own lists, so it is no substitute for check_all() at the end of an input.
// Both judge single entries by the very same code.
#pragma once

#include "models/invariants/caches.hpp"
#include "models/invariants/subject.hpp"
#include "models/invariants/violation.hpp"
#include "models/invariants/workspace.hpp"

namespace umbra::invariants {

/// How far check_all() goes. `thorough` adds what costs too much for each step and cannot heal by itself: free pages
/// hold zeros, each place of each slot names its frame, unused directory pointers are zero.
enum class depth : unsigned char { usual, thorough };

/// Every invariant of the MMU's state. The first violation, in the order that best names a cause: memory map, entries
/// page by page (I1, I2, I7, I9, I3, I4), roots, chains, uniqueness, resources. Deterministic.
violation check_all(const subject&, workspace&, depth = depth::usual);

/// One guest access, as far as shadow tables go: the entries on the path for `gva` in the vCPU's current roots.
struct touched_path {
  unsigned vcpu = 0;
  word gva{};
};

/// Bytes of guest memory that were written, inside one page.
struct touched_bytes {
  word host_frame{};
  unsigned offset = 0, bytes = 0;
};

/// What one operation may have changed.
struct touched {
  std::span<const touched_path> paths{};
  std::span<const touched_bytes> writes{};
  /// It changed slots, aliases, logs or control registers, or zapped at large: nothing less than check_all() will do.
  bool everything = false;
};

/// The entries on the paths, with the chains that they are in; every shadow of the written frames, at the entries that
/// reflect the written bytes; the leaves of guest tables on the way; all roots; the logs; one page of the pool in turn.
violation check_step(const subject&, workspace&, const touched&);

/// I13: an instruction that touched `pages` pages was done after `exits` exits, `races` of which a race explains.
violation check_progress(unsigned exits, unsigned pages, unsigned races);

}  // namespace umbra::invariants
