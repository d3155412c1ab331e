// A 64-bit guest under 4-level paging.
#include "core/x86/control.hpp"
#include "core/x86/msr.hpp"
#include "core/x86/page_fault.hpp"
#include "tools/vmm/guests/trials.hpp"
#include "tools/vmm/guests/tries.hpp"

namespace umbra::guests {
namespace {

namespace code = x86::page_fault;

constexpr unsigned data_count = 32;
constexpr unsigned long read_only_window = 0xc000'0000, large_frame = 0x40'0000;
constexpr unsigned large_at = 8;  ///< of the window's directory: an entry of the other size

table pages, user_pages, other_pages;
data_page data[data_count];

void say_processor() {
  std::uint32_t text[4] = {};
  std::uint32_t eax = 0;
  asm volatile("cpuid" : "+a"(eax), "=b"(text[0]), "=d"(text[1]), "=c"(text[2]));
  say("the processor calls itself ");
  say(reinterpret_cast<const char*>(text));
  say("\n");
}

bool has_smep() {
  std::uint32_t eax = 7, ebx, ecx = 0, edx;
  asm volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
  return (ebx >> 7 & 1) != 0;
}

/// A page that may not be executed, and bits that no entry may have.
void wide_entries(const scene& s) {
  constexpr unsigned n = 5;
  const unsigned long address = window + n * page;
  *reinterpret_cast<volatile unsigned char*>(&s.data[n]) = 0xc3;  // RET
  s.pages.at[n] = s.data[n].mapped(readable);
  invalidate(address);
  expect_none("a call", try_call(address));
  s.pages.at[n] = s.data[n].mapped(readable) | bit::no_execute;
  invalidate(address);
  expect_page_fault("a call of a page that is not code", try_call(address), code::present | code::fetch, address);
  s.pages.at[n] = s.data[n].mapped(readable) | std::uint64_t{1} << 51;
  invalidate(address);
  expect_page_fault("a read through a reserved bit", try_read(address), code::present | code::reserved, address);
  say("execution denied, reserved bits refused\n");
}

void smep(const scene& s) {
  if (!has_smep()) return;
  constexpr unsigned n = 5;
  const unsigned long address = window + n * page;
  s.pages.at[n] = s.data[n].mapped(readable | user);
  invalidate(address);
  expect_none("a call of a user's page", try_call(address));
  write_cr4(read_cr4() | x86::cr4::smep);
  expect_page_fault("the same with CR4.SMEP = 1", try_call(address), code::present | code::fetch, address);
  write_cr4(read_cr4() & ~x86::cr4::smep);
  expect_none("the same with CR4.SMEP = 0 again", try_call(address));
  say("SMEP heeded\n");
}

/// One table under two directory pointers, one of which denies writing.
void two_paths(const scene& s) {
  s.pages.at[6] = s.data[6].mapped(writable);
  const unsigned long there = 6 * page;
  for (unsigned round = 0; round < 2; ++round) {
    expect_none("a read on the path that denies writing", try_read(read_only_window + there));
    expect_page_fault("a write on it", try_write(read_only_window + there, 1), code::present | code::write,
                      read_only_window + there);
    expect_none("a write on the other path", try_write(window + there, 2));
    expect("what that wrote", word_at(read_only_window + there), 2);
  }
  say("two paths to one table, each with its rights\n");
}

}  // namespace
}  // namespace umbra::guests

extern "C" {
// Behind the window under either root, and what user code sees.
umbra::guests::table window_directory, other_directory, user_directory;
extern const char other_root[], user_page[];

void guest_main() {
  using namespace umbra::guests;
  const scene s{pages, data, data_count};
  load_traps();
  say("level4: 64-bit code under 4-level paging\n");
  say_processor();
  window_directory.link(0, pages, writable | user);
  user_directory.link(0, user_pages, readable | user);
  user_pages.at[0] = reinterpret_cast<unsigned long>(user_page) | readable | user;
  number_pages(s);

  touch(s, 24);
  rewrite(s, 64);
  accessed_and_dirty(s);
  supervisor_rights(s);
  user_rights(s);
  missing(s);
  wide_entries(s);
  smep(s);
  two_paths(s);

  word_at(large_frame) = 77;
  const auto set = [](entry value) {
    window_directory.at[large_at] = value;
    invalidate(window + large_at * large_page);
  };
  resize(s, set, reinterpret_cast<unsigned long>(&pages) | writable | user, large_frame | writable | bit::large,
         window + large_at * large_page, 77);

  other_directory.link(0, other_pages, writable | user);
  other_pages.at[0] = data[9].mapped(writable);
  two_roots(s, reinterpret_cast<unsigned long>(other_root), data[9]);
  ask();
  say("CR0 ");
  say_hex(read_cr0());
  say(", CR4 ");
  say_hex(read_cr4());
  say(", EFER ");
  say_hex(read_msr(umbra::x86::msr::efer));
  say("\nlevel4: done\n");
}
}
