// What a storm needs to know of the paging mode that it goes over.
#pragma once

#include <word/word.hpp>

namespace umbra::guests::storm {

/// An entry that leads from the guest's own tables into the storm's, in either root, and the linear address at which
/// its part of the address space begins.
struct gate {
  word place[2];
  word address;
  unsigned below;  ///< levels of tables under it
};

struct plan {
  const char* name;
  unsigned entry_bytes;  ///< 4 or 8
  unsigned index_bits;   ///< of a linear address, for each level
  word root[2];          ///< values of CR3
  unsigned gate_count;
  gate gates[4];
  bool gates_are_pdptes = false;  ///< whose rights are reserved
  unsigned steps;
};

}  // namespace umbra::guests::storm
