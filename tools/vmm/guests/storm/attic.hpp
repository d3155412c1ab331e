// Memory that the VMM takes away, gives back, moves and makes read-only: two pages of it are the storm's, a table and a
// page of data. The guest's low memory shows all its places at their own addresses.
#pragma once

#include <word/word.hpp>

#include "tools/vmm/guests/devices.h"

namespace umbra::guests::storm {

/// Asks for the attic at a place, or nowhere.
void move_attic(unsigned place, bool read_only);

/// Where it is, or was last.
unsigned long attic_at();
/// Whether an address is in one of its places, and whether memory is there now.
bool in_attic(word gpa);
bool is_attic_here(word gpa);
bool is_attic_read_only();

}  // namespace umbra::guests::storm
