// How a walk ends: an address with its rights, a page fault, or no table to walk at all.
#pragma once

#include <word/word.hpp>

#include "models/reference/permission.hpp"

namespace umbra::reference {

/// An entry in guest memory that a walk read.
struct used_entry {
  word gpa{0};
  unsigned bytes = 0;  ///< 4 or 8
  word entry{0};       ///< as read; 0 if it lies in a hole
  word set{0};  ///< the A and D bits that the access sets in it; 0 where they are set already or the access faults
};

struct translation {
  static constexpr unsigned limit = 4;

  flag rootless = flag(false);  ///< the root table lies in a hole: shutdown; nothing else here counts
  flag faults = flag(false);
  word error_code{0};        ///< if `faults`
  word address{0};           ///< guest-physical, if the access succeeds
  unsigned page_shift = 12;  ///< log2 of the page's size, if the path reached a page (also on a rights fault)
  flag write = flag(true), user = flag(true), execute = flag(true);  ///< the path's rights (4.6)
  flag global = flag(false);  ///< the page is global: G = 1 and CR4.PGE = 1 (4.10.2.4)
  unsigned steps = 0;         ///< how many of `used` count, root first; a faulting entry is the last
  used_entry used[limit];
};

}  // namespace umbra::reference
