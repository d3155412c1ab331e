// What a guest tries of its own paging, whatever the format; each says one line when all went as the SDM has it.
#pragma once

#include "tools/vmm/guests/paging.hpp"

namespace umbra::guests {

/// Where the trials may write: a page table behind the window, and pages of data with their numbers in them.
struct scene {
  table& pages;
  data_page* data;
  unsigned long data_pages;
};

void number_pages(const scene&);

/// Maps pages, writes and reads them through the window.
void touch(const scene&, unsigned count);
/// Rewrites one entry again and again; INVLPG makes the processor see it each time.
void rewrite(const scene&, unsigned rounds);
/// A and D come with the first access and the first write (SDM 4.8).
void accessed_and_dirty(const scene&);
/// Accesses that an entry denies the supervisor, with CR0.WP and without.
void supervisor_rights(const scene&);
/// Accesses that it denies user code, whose page is mapped at `user_window`.
void user_rights(const scene&);
/// Entries that are not present, or malformed.
void missing(const scene&);
/// One directory entry that is now a large page, now a table: `set` changes it, and sees to it that the processor
/// knows.
void resize(const scene&, void (*set)(entry), entry as_table, entry as_large, unsigned long address,
            unsigned long number_in_large);
/// Moves to another root and back, again and again: the window's first page shows `other` there.
void two_roots(const scene&, unsigned long other_root, const data_page& other);
/// A number from the VMM.
void ask();

}  // namespace umbra::guests
