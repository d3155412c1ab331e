// The motifs, one function each, and what they are made of.
#pragma once

#include "fuzz/mutator/composer.hpp"

namespace umbra::fuzz::motifs {

// entries.cpp
/// The entry changes between two accesses.
void rewrite(composer& c);
/// A table becomes a large page and a table again, while what hung below is still around.
void resize(composer& c);
/// Two entries lead to one child, with different rights.
void adopt(composer& c);
/// Rights of the same page, asked for in different ways one after the other.
void ask_again(composer& c);
/// A table that is reached at one level is reached at another one, too, or as data.
void confuse_levels(composer& c);
/// The very same access before and after the entry behind it changes: what was cached of it must be gone.
void repeat_after_change(composer& c);

// registers.cpp
/// A control bit that permissions depend on flips between accesses.
void flip_control(composer& c);
/// The supervisor writes where only rights without write protection let it, then others come to the same page.
void write_unprotected(composer& c);
/// Roots change, and with them all that lies below.
void switch_root(composer& c);
/// The current vCPU, with paging off, enters a paging format.
void enter_format(composer& c, start next, std::uint64_t root);
void leave_paging(composer& c);
/// Another paging format over the same memory, and back.
void switch_format(composer& c);
/// A directory pointer changes in memory; the loaded one does so only when the architecture says.
void reload_pointers(composer& c);

// memory.cpp
/// The dirty log starts, writes come in various ways, the log is read, and they come again.
void log_writes(composer& c);
/// Memory goes, moves, or becomes read-only while it is mapped.
void move_memory(composer& c);
/// The same frames at a second place.
void show_twice(composer& c);

// others.cpp
/// Somebody writes to the tables just before the core's n-th look at guest memory.
void race(composer& c);
/// Two vCPUs use one table; one of them changes it.
void share(composer& c);
/// A table in use is a page table of the other vCPU's too, whose entries have the other size.
void use_in_two_sizes(composer& c);
/// A processor caches of its own accord what then changes.
void speculate(composer& c);

// pressure.cpp
/// Many writes to one table, used or not in between.
void flood(composer& c);
/// The pool runs low while tables are in use.
void press_pool(composer& c);
/// Everything is dropped at once; rarely, for what comes after starts with nothing.
void drop_all(composer& c);

// exits.cpp
/// An instruction at the end of what RIP can reach, single-stepped, or in the shadow of STI or MOV SS.
void at_an_edge(composer& c);
/// A register is written, something uses it, and it is read back.
void write_and_read(composer& c);
/// An exit in the delivery of an event, and perhaps another one in the delivery of what came of that.
void interrupt_delivery(composer& c);
/// Debug registers are set, a debug exception comes, and they are read.
void debug_traps(composer& c);
/// The VMM spoils a register, the guest tries to run, the VMM mends it.
void spoil_and_mend(composer& c);
/// The VMM gives the guest another segment register, all of it; more often than not unusable or none that entry takes.
void give_a_segment(composer& c);
/// A device is asked, and answers or not.
void ask_device(composer& c);
/// Exits around a change of the guest's tables.
void among_accesses(composer& c);
/// The VMM sets what the model does not follow. Seldom: what comes after it in a program is not judged.
void go_beyond_the_model(composer& c);
/// As many ops as there may be, of any kind.
void many(composer& c);

// real_mode.cpp
/// A guest in real mode, and what it does there; perhaps it goes on to protected mode.
void real_mode(composer& c);

// ../motifs.cpp
/// Often; so that motifs come with and without the step that makes them well-behaved.
bool mostly(composer& c);
std::uint64_t target(composer& c);
op plain_access(composer& c, kind k, std::uint64_t gva, maker by);
/// Accesses to some different tables.
void spread(composer& c);

}  // namespace umbra::fuzz::motifs
