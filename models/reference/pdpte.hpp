// The four PDPTE registers of PAE paging: loaded all together, and only if all are valid (4.4.1).
#pragma once

#include <word/word.hpp>

#include "models/reference/memory_access.hpp"
#include "models/reference/reserved.hpp"

namespace umbra::reference {

/// A PDPTE is invalid if P = 1 and a reserved bit is set.
inline flag valid_pdpte(word pdpte, const registers& r) {
  return negate(both(has(pdpte, x86::entry::present), (pdpte & reserved_pdpte_bits(r)) != word{0}));
}

/// Loads the PDPTEs from the 32-byte table at CR3[31:5]. False, and nothing loaded, if one is invalid or the table lies
/// in a hole: #GP.
template <guest_memory Memory>
flag load_pdptes(registers& r, const Memory& memory) {
  const word table = r.cr3 & bits(31, 5);
  if (negate(memory.backed(table))) return flag(false);
  std::array<word, 4> loaded{};
  flag valid = flag(true);
  for (unsigned i = 0; i < loaded.size(); ++i) {
    loaded[i] = memory.read(table + 8 * i, 8);
    valid = both(valid, valid_pdpte(loaded[i], r));
  }
  for (unsigned i = 0; i < loaded.size(); ++i) r.pdpte[i] = select(valid, loaded[i], r.pdpte[i]);
  return valid;
}

}  // namespace umbra::reference
