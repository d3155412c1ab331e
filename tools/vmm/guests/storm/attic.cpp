#include "tools/vmm/guests/storm/attic.hpp"

#include "tools/vmm/guests/console.hpp"

namespace umbra::guests::storm {
namespace {

unsigned long address = ATTIC;
bool here = false, read_only = false;

}  // namespace

void move_attic(unsigned place, bool only_to_read) {
  out8(ATTIC_PORT, static_cast<std::uint8_t>(place | (only_to_read ? ATTIC_READ_ONLY : 0)));
  here = place < ATTIC_PLACES;
  read_only = only_to_read;
  if (here) address = ATTIC + place * ATTIC_BYTES;
}

unsigned long attic_at() { return address; }
bool in_attic(word gpa) { return gpa - ATTIC < word{ATTIC_PLACES} * ATTIC_BYTES; }
bool is_attic_here(word gpa) { return here && gpa - address < ATTIC_BYTES; }
bool is_attic_read_only() { return read_only; }

}  // namespace umbra::guests::storm
