// The core's walk of the guest's own tables (SDM 4.3 to 4.7).
#pragma once

#include <array>

#include "core/memory/space.hpp"
#include "core/mmu/access.hpp"
#include "core/mmu/mode.hpp"

namespace umbra::mmu {

enum class walk_result : unsigned char {
  translated,
  fault,  ///< the guest gets a page fault with `error_code`
  lost,   ///< the guest changed an entry while its accessed or dirty bit was being set: walk again
};

/// One guest entry that a walk used.
struct step {
  hpa where{};       ///< of the entry itself
  word entry{};      ///< with the accessed and dirty bits that the walk has set
  bool set = false;  ///< it has set some
};

struct walk {
  walk_result result = walk_result::fault;
  word error_code{};
  std::array<step, 5> steps{};  ///< by guest level, down to the leaf's; [0] is unused
  rights granted{};             ///< by the whole path
  gfn frame{};                  ///< the 4-KiB guest frame that the address falls into
};

/// Translates `where` for an access, and sets accessed and dirty bits if it is allowed. Only bits 31:0 of `where` count
/// outside 4-level paging. Faults change nothing.
walk walk_guest(memory::space&, const mode&, gva where, const access&);

/// Reads a guest entry again.
word read_entry(platform::host&, paging, const step&);

}  // namespace umbra::mmu
