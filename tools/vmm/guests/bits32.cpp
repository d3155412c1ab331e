// A 32-bit guest, which turns on 32-bit paging with 4-KiB and 4-MiB pages.
#include "core/x86/control.hpp"
#include "core/x86/page_fault.hpp"
#include "tools/vmm/guests/trials.hpp"
#include "tools/vmm/guests/tries.hpp"

namespace umbra::guests {
namespace {

namespace code = x86::page_fault;

constexpr unsigned data_count = 32, memory_in_large_pages = 4;
constexpr unsigned long large_frame = 0x40'0000;
constexpr unsigned window_at = window / large_page, user_at = user_window / large_page, large_at = window_at + 2;

table directory, other_directory, pages, other_pages, user_pages;
data_page data[data_count];

/// Changes the directory, and makes the processor see it. Every address's translation needs the directory that is in
/// use, so it is changed under the other one.
void set(unsigned n, entry value) {
  write_cr3(reinterpret_cast<unsigned long>(&other_directory));
  directory.at[n] = value;
  write_cr3(reinterpret_cast<unsigned long>(&directory));
}

entry link_to(const table& t, entry rights) { return reinterpret_cast<unsigned long>(&t) | rights; }

/// A page table of 1024 entries is shadowed in two halves, and one directory entry leads to both.
void both_halves(const scene& s) {
  constexpr unsigned low = 7, high = 1023;
  const auto at = [](unsigned n) { return window + n * page; };
  for (unsigned round = 0; round < 3; ++round) {
    s.pages.at[low] = s.data[low].mapped(writable);
    s.pages.at[high] = s.data[8].mapped(writable);
    other_pages.at[low] = s.data[9].mapped(writable);
    other_pages.at[high] = s.data[10].mapped(writable);
    set(window_at, link_to(other_pages, writable | user));
    expect("the lower half of the other table", word_at(at(low)), s.data[9].first);
    expect("its upper half", word_at(at(high)), s.data[10].first);
    set(window_at, link_to(pages, writable | user));
    expect("the lower half of the table", word_at(at(low)), s.data[low].first);
    expect("its upper half", word_at(at(high)), s.data[8].first);
  }
  // Both halves lose a right with their directory entry.
  set(window_at, link_to(pages, readable | user));
  expect_page_fault("a write in the lower half", try_write(at(low), 1), code::present | code::write, at(low));
  expect_page_fault("a write in the upper half", try_write(at(high), 1), code::present | code::write, at(high));
  set(window_at, link_to(pages, writable | user));
  say("both halves of a page table\n");
}

/// IA-32e mode and back, in compatibility mode all the time: EFER.LMA follows paging (SDM 4.1.2).
void ia32e_and_back() {
  static table root, pointers, wide_directory;
  constexpr unsigned large = 0x20'0000, large_pages = 4;
  const auto put = [](table& t, unsigned n, unsigned long value) { t.at[n * 2] = value; };  // of eight bytes
  put(root, 0, link_to(pointers, writable));
  put(pointers, 0, link_to(wide_directory, writable));
  for (unsigned n = 0; n < large_pages; ++n) put(wide_directory, n, n * large | writable | bit::large);
  const auto efer = [] { return static_cast<unsigned long>(read_msr(x86::msr::efer)); };
  write_cr4(x86::cr4::pae);
  write_cr3(reinterpret_cast<unsigned long>(&root));
  expect_none("EFER.LME", try_wrmsr(x86::msr::efer, x86::efer::lme));
  write_cr0(read_cr0() | x86::cr0::pg);
  expect("EFER with paging on", efer(), x86::efer::lme | x86::efer::lma);
  write_cr0(read_cr0() & ~x86::cr0::pg);
  expect("EFER with paging off again", efer(), x86::efer::lme);
  expect_none("EFER.LME = 0", try_wrmsr(x86::msr::efer, 0));
  say("to IA-32e mode and back\n");
}

}  // namespace
}  // namespace umbra::guests

extern "C" {
extern const char user_page[];

void guest_main() {
  using namespace umbra::guests;
  const scene s{pages, data, data_count};
  load_traps();
  say("bits32: 32-bit code, paging off\n");
  number_pages(s);
  table* const directories[] = {&directory, &other_directory};
  for (table* t : directories) {
    for (unsigned n = 0; n < memory_in_large_pages; ++n) t->at[n] = n * large_page | writable | bit::large;
    t->link(user_at, user_pages, readable | user);
  }
  directory.link(window_at, pages, writable | user);
  other_directory.link(window_at, other_pages, writable | user);
  user_pages.at[0] = reinterpret_cast<unsigned long>(user_page) | readable | user;

  write_cr4(umbra::x86::cr4::pse);
  write_cr3(reinterpret_cast<unsigned long>(&directory));
  write_cr0(read_cr0() | umbra::x86::cr0::pg | umbra::x86::cr0::wp);
  say("32-bit paging on\n");

  touch(s, 24);
  rewrite(s, 64);
  accessed_and_dirty(s);
  supervisor_rights(s);
  user_rights(s);
  missing(s);
  both_halves(s);

  word_at(large_frame) = 78;
  resize(
      s, [](entry value) { set(large_at, value); }, link_to(pages, writable | user),
      large_frame | writable | bit::large, large_at * large_page, 78);

  other_pages.at[0] = data[9].mapped(writable);
  two_roots(s, reinterpret_cast<unsigned long>(&other_directory), data[9]);
  ask();
  write_cr0(read_cr0() & ~umbra::x86::cr0::pg);
  expect("memory with paging off again", word_at(large_frame), 78);
  say("CR0 ");
  say_hex(read_cr0());
  say(", CR4 ");
  say_hex(read_cr4());
  say("\n");
  ia32e_and_back();
  say("bits32: done\n");
}
}
