// The error code of a page fault (4.7). One bit, one expression.
#pragma once

#include <word/word.hpp>

#include "core/x86/page_fault.hpp"
#include "models/reference/paging_mode.hpp"

namespace umbra::reference {

/// What brought the fault about. Neither: the rights.
struct cause {
  flag not_present = flag(false);
  flag reserved = flag(false);
};

/// I/D is 1 for a fetch if CR4.SMEP = 1, or CR4.PAE = 1 and EFER.NXE = 1 (4.7).
inline flag reports_fetch(const access& by, const registers& r) {
  return both(by.fetch, either(smep(r), both(has(r.cr4, x86::cr4::pae), no_execute_enabled(r))));
}

/// The error code of a fault that this access takes (4.7). A reserved-bit fault has P = 1.
inline word error_code(const cause& why, const access& by, const registers& r) {
  return when(negate(why.not_present), x86::page_fault::present) | when(by.write, x86::page_fault::write) |
         when(by.user, x86::page_fault::user) | when(why.reserved, x86::page_fault::reserved) |
         when(reports_fetch(by, r), x86::page_fault::fetch);
}

}  // namespace umbra::reference
