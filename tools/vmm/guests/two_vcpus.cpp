// Two vCPUs on one set of page tables. The first changes tables; the second runs on without a reason to leave guest
// mode, unless umbra sends for it.
#include "tools/vmm/guests/traps.hpp"
#include "tools/vmm/guests/trials.hpp"

namespace umbra::guests {
namespace {

constexpr unsigned data_count = 8, rounds = 200;

table pages, spare;
data_page data[data_count];

/// What the vCPUs tell each other. Numbers only go up.
struct alignas(page) board {
  volatile unsigned long mapped, invalidate_round, seen_round, written, finished;
};
board shared;

inline void pause() { asm volatile("pause" : : : "memory"); }

void wait_for(volatile unsigned long& what, unsigned long value) {
  while (what < value) pause();
}

/// The entry of the window's first page, which both vCPUs read through.
void point_at(unsigned n) {
  pages.at[0] = data[n].mapped(writable);
  invalidate(window);
}

/// TLB shootdown: after its own INVLPG, the second vCPU sees what the first has written into the table.
void shoot_down() {
  for (unsigned round = 1; round <= rounds; ++round) {
    point_at(round % 5);
    shared.invalidate_round = round;
    wait_for(shared.seen_round, round);
  }
  say(rounds);
  say(" entries changed under the other vCPU\n");
}

/// A page that the second vCPU writes to again and again becomes a page table: from then on no write to it may go
/// unseen.
void make_table_of_written_page() {
  constexpr unsigned long there = window + large_page, last = there + (entries - 1) * page;
  wait_for(shared.written, 10);
  spare.at[1] = data[6].mapped(writable);
  invalidate(there + page);
  for (unsigned round = 0; round < 20; ++round) {
    expect("a page through the new table", word_at(there + page), data[6].first);
    invalidate(last);
    expect("the number of some page", word_at(last) >> 12, 1);
    wait_for(shared.written, shared.written + 3);
  }
  say("a page that the other vCPU writes to became a table\n");
}

void first(const scene& s) {
  load_traps();
  say("two_vcpus: two vCPUs on one set of tables\n");
  number_pages(s);
  point_at(0);
  shared.mapped = 1;
  shoot_down();
  make_table_of_written_page();
  shared.finished = 1;
  say("two_vcpus: done\n");
}

void second() {
  wait_for(shared.mapped, 1);
  for (unsigned long round = 1; round <= rounds; ++round) {
    while (shared.invalidate_round < round) expect("the number of some page", word_at(window) >> 12, 1);
    invalidate(window);
    expect("the page that the entry maps now", word_at(window), 0x1000 + round % 5);
    shared.seen_round = round;
  }
  // The last entry of the table-to-be. Not too often: a write that hits the table while umbra shadows it makes umbra
  // look again, and so would hide that it did not wait for this vCPU.
  while (shared.finished == 0) {
    spare.at[entries - 1] = data[shared.written % 4].mapped(writable);
    shared.written = shared.written + 1;
    for (unsigned n = 0; n < 4000; ++n) pause();
  }
}

}  // namespace
}  // namespace umbra::guests

extern "C" {
umbra::guests::table window_directory, other_directory, user_directory;

void guest_main(unsigned vcpu) {
  using namespace umbra::guests;
  window_directory.link(0, pages, writable | user);
  window_directory.link(1, spare, writable | user);
  if (vcpu == 0) {
    first({pages, data, data_count});
  } else {
    second();
  }
}
}
