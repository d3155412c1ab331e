// The memory over which a storm goes: pages that become tables of any level, pages of data, and the entries that lead
// there. An entry does not know at which level it will be walked, so a page is a table here and data there.
#pragma once

#include <word/word.hpp>

#include "fuzz/guest/shared/random.hpp"
#include "tools/vmm/guests/storm/plan.hpp"

namespace umbra::guests::storm {

using opguest::random;

/// 2 MiB that nothing else is in, and that a large page can map: addresses are guest-physical, and linear in low
/// memory.
constexpr unsigned long ground = 0x40'0000, ground_end = 0x60'0000;
constexpr unsigned table_count = 7, data_count = 5;  // one of each in the attic

/// Where in each page an access reads and writes, and what code a page of data has. No entry there is ever walked.
constexpr unsigned long word_offset = 0x40, return_offset = 0x80, trap_offset = 0x88;

/// The address of the n-th table, and of the n-th page of data.
unsigned long table_at(unsigned n);
unsigned long data_at(unsigned n);
bool is_data(word gpa);
/// Whether the storm may write there, whatever becomes of it; and whether there is memory that it can write.
bool is_free_to_write(word gpa);
bool is_writable(word gpa);

/// Whether that is an entry of the guest's own tables, with others of them beside it.
bool is_gate(const plan&, word place);

/// The value of an entry in memory.
word read_entry(word gpa, unsigned bytes);

/// Fills the pages: entries that lead on, and data.
void lay_out(random&, const plan&);

/// An entry of the storm's: one of a table, or one of the plan's that lead to the first table.
word draw_place(random&, const plan&);
/// The offset of one in its table.
word draw_offset(random&, const plan&);
/// What might stand in it: a table, data, a large page, nothing, nonsense; or `old` with another flag.
word draw_entry(random&, const plan&, word place, word old);
/// A linear address whose translation begins at one of the plan's places, page offset 0.
word draw_address(random&, const plan&);

}  // namespace umbra::guests::storm
