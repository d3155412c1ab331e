#include "tools/vmm/guests/trials.hpp"

#include "core/x86/control.hpp"
#include "core/x86/page_fault.hpp"
#include "tools/vmm/guests/tries.hpp"

namespace umbra::guests {
namespace {

namespace code = x86::page_fault;

/// Puts an entry in the window's table, and makes the processor forget the old one.
unsigned long map(const scene& s, unsigned n, entry value) {
  const unsigned long address = window + n * page;
  s.pages.at[n] = value;
  invalidate(address);
  return address;
}

constexpr unsigned long number_of(unsigned long page) { return 0x1000 + page; }

}  // namespace

void number_pages(const scene& s) {
  for (unsigned long n = 0; n < s.data_pages; ++n) s.data[n].first = number_of(n);
}

void touch(const scene& s, unsigned count) {
  for (unsigned n = 0; n < count; ++n) {
    const unsigned long address = map(s, n, s.data[n].mapped(writable));
    expect("a page's number", word_at(address), number_of(n));
    word_at(address) = ~number_of(n);
    expect("what was written through the window", s.data[n].first, ~number_of(n));
    word_at(address) = number_of(n);
  }
  say(count);
  say(" pages touched\n");
}

void rewrite(const scene& s, unsigned rounds) {
  for (unsigned n = 0; n < rounds; ++n) {
    const unsigned which = n % 7;
    const unsigned long address = map(s, 0, s.data[which].mapped(writable));
    expect("the page that the entry maps now", word_at(address), number_of(which));
  }
  say(rounds);
  say(" rewritten entries seen\n");
}

void accessed_and_dirty(const scene& s) {
  constexpr unsigned n = 1;
  const unsigned long address = map(s, n, s.data[n].mapped(writable));
  const auto marks = [&] { return s.pages.at[n] & (bit::accessed | bit::dirty); };
  expect("marks of an entry that was not used", marks(), 0);
  expect("a page's number", word_at(address), number_of(n));
  expect("marks after a read", marks(), bit::accessed);
  word_at(address) = number_of(n);
  expect("marks after a write", marks(), bit::accessed | bit::dirty);
  map(s, n, s.data[n].mapped(writable));
  word_at(address) = number_of(n);
  expect("marks after a first access that writes", marks(), bit::accessed | bit::dirty);
  say("accessed and dirty marks set\n");
}

void supervisor_rights(const scene& s) {
  constexpr unsigned n = 2;
  const unsigned long address = map(s, n, s.data[n].mapped(readable));
  expect_none("a read", try_read(address));
  expect_page_fault("a write to a read-only page", try_write(address, 1), code::present | code::write, address);
  expect("the page afterwards", s.data[n].first, number_of(n));
  write_cr0(read_cr0() & ~x86::cr0::wp);
  expect_none("the same with CR0.WP = 0", try_write(address, 2));
  expect("the page afterwards", s.data[n].first, 2);
  write_cr0(read_cr0() | x86::cr0::wp);
  expect_page_fault("the same with CR0.WP = 1 again", try_write(address, 3), code::present | code::write, address);

  map(s, n, s.data[n].mapped(readable | user));
  write_cr0(read_cr0() & ~x86::cr0::wp);
  expect_none("a write to a user's read-only page with CR0.WP = 0", try_write(address, number_of(n)));
  write_cr0(read_cr0() | x86::cr0::wp);
  expect_page_fault("the same with CR0.WP = 1", try_write(address, 4), code::present | code::write, address);
  expect("the page afterwards", s.data[n].first, number_of(n));
  say("supervisor rights kept, with CR0.WP and without\n");
}

void user_rights(const scene& s) {
  constexpr unsigned n = 3;
  const unsigned long address = map(s, n, s.data[n].mapped(writable));
  expect_page_fault("a user's read of a supervisor's page", try_user_read(user_window, address),
                    code::present | code::user, address);
  map(s, n, s.data[n].mapped(readable | user));
  expect_none("a user's read", try_user_read(user_window, address));
  expect_page_fault("a user's write to a read-only page", try_user_write(user_window, address),
                    code::present | code::user | code::write, address);
  map(s, n, s.data[n].mapped(writable | user));
  expect_none("a user's write", try_user_write(user_window, address));
  s.data[n].first = number_of(n);
  say("user rights kept\n");
}

void missing(const scene& s) {
  constexpr unsigned n = 4;
  const unsigned long address = map(s, n, s.data[n].mapped(0));
  expect_page_fault("a read of a page that is not present", try_read(address), 0, address);
  expect_page_fault("a write to one", try_write(address, 1), code::write, address);
  expect_page_fault("a user's read of one", try_user_read(user_window, address), code::user, address);
  map(s, n, s.data[n].mapped(readable));
  expect_none("a read once it is present", try_read(address));
  say("missing pages missed\n");
}

void resize(const scene& s, void (*set)(entry), entry as_table, entry as_large, unsigned long address,
            unsigned long number_in_large) {
  constexpr unsigned rounds = 4;
  s.pages.at[0] = s.data[0].mapped(writable);
  for (unsigned n = 0; n < rounds; ++n) {
    set(as_large);
    expect("the large page", word_at(address), number_in_large);
    expect_none("a write to the large page", try_write(address, number_in_large));
    set(as_table);
    expect("the small page", word_at(address), number_of(0));
    set(as_large & ~entry{bit::write});
    expect("the large page, read-only", word_at(address), number_in_large);
    expect_page_fault("a write to the large page, read-only", try_write(address, 0), code::present | code::write,
                      address);
  }
  set(as_table);
  say("a directory entry in both sizes\n");
}

void two_roots(const scene& s, unsigned long other_root, const data_page& other) {
  constexpr unsigned rounds = 8;
  const unsigned long root = read_cr3();
  for (unsigned round = 0; round < rounds; ++round) {
    write_cr3(other_root);
    expect("the window under the other root", word_at(window), other.first);
    write_cr3(root);
    expect("the window under the first root", word_at(window), s.data[0].first);
  }
  say("two roots, each with its window\n");
}

void ask() {
  say("the VMM answers ");
  say_hex(in32(debug_port));
  say("\n");
}

}  // namespace umbra::guests
