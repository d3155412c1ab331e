// Accessed and dirty flags (4.8): what a walk that ends in a translation sets.
//
// When the access faults the model sets nothing. The SDM lets a processor set A in the entries that it used on the way
// to a fault; some do.
#pragma once

#include <word/word.hpp>

#include "core/x86/entry.hpp"
#include "models/reference/registers.hpp"

namespace umbra::reference {

/// The bits of `entry` that an access sets: A in every entry used, D in the one that maps the page, for a write (4.8).
/// The PDPTE registers of PAE paging have neither.
inline word accessed_dirty(word entry, bool maps_page, const access& by) {
  const word wanted = x86::entry::accessed | (maps_page ? when(by.write, x86::entry::dirty) : word{0});
  return wanted & ~entry;
}

}  // namespace umbra::reference
