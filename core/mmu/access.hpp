// One memory access as the paging rules see it, and the rights that a path grants (SDM 4.6).
#pragma once

#include <word/word.hpp>

#include "core/x86/page_fault.hpp"

namespace umbra::mmu {

struct access {
  flag user = false;   ///< a user-mode access (CPL 3, not implicit)
  flag write = false;
  flag fetch = false;  ///< an instruction fetch; never together with `write`
  flag ac = false;     ///< EFLAGS.AC holds and the access is an explicit supervisor one: SMAP does not apply
};

/// What a path through the guest's tables, or a shadow page's role, allows.
struct rights {
  flag write = true;
  flag user = true;
  flag execute = true;
};

constexpr rights intersect(rights a, rights b) {
  return {both(a.write, b.write), both(a.user, b.user), both(a.execute, b.execute)};
}

}  // namespace umbra::mmu
