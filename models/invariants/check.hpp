// The checkers of I1 to I13.
//
// check_all() rebuilds everything from the raw tables: it trusts no counter, list, chain or hash of the core.
// check_step() looks only at what one operation has changed, by the word of somebody who sees each store to a shadow
// table; it follows the core's own lists, so it is no substitute for check_all() at the end of an input.
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

/// A word of one of a shadow page's two tables that was stored to: an entry, or an entry's place in its chain.
struct touched_entry {
  std::uint16_t page = 0, index = 0;
  bool chain = false;
};

/// Bytes of guest memory that were written, inside one page.
struct touched_bytes {
  word host_frame{};
  unsigned offset = 0, bytes = 0;
};

/// What one operation may have changed.
struct touched {
  std::span<const touched_entry> entries{};
  std::span<const touched_bytes> writes{};
  /// It changed slots, aliases or logs, or more than can be listed: nothing less than check_all() will do.
  bool everything = false;
};

/// The entries that were stored to, with the chains that they are in; the pages that new links lead to, and the leaves
/// of their guest tables; every shadow of the written frames, at the entries that reflect the written bytes; pages that
/// went; all roots; the logs.
violation check_step(const subject&, workspace&, const touched&);

/// I13: an instruction that touched `pages` pages was done after `exits` exits, `races` of which a race explains.
violation check_progress(unsigned exits, unsigned pages, unsigned races);

}  // namespace umbra::invariants
