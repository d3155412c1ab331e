// A 64-bit guest that talks to devices: memory of theirs behind the window, and ports.
#include "tools/vmm/guests/devices.h"

#include "core/x86/page_fault.hpp"
#include "tools/vmm/guests/trials.hpp"
#include "tools/vmm/guests/tries.hpp"

namespace umbra::guests {
namespace {

namespace code = x86::page_fault;

table pages;
unsigned char source[2 * page], target[2 * page];

// Behind the window: the slate twice, so that an access may straddle; its counters; a hole.
constexpr unsigned long slate = window, twice = window + page, counters = window + 2 * page, hole = window + 3 * page;

template <class T>
volatile T& at(unsigned long address) {
  return *reinterpret_cast<volatile T*>(address);
}

/// What came of an access is as it should be, and it reached the device so often.
void expect_accesses(const char* what, unsigned long loads, unsigned long stores) {
  expect(what, at<unsigned long>(counters), loads);
  expect(what, at<unsigned long>(counters + 8), stores);
  at<unsigned long>(counters) = 0;
  at<unsigned long>(counters + 8) = 0;
}

template <class T>
void one_size(T value) {
  at<T>(slate + 64) = value;
  expect("a number that was stored", at<T>(slate + 64), value);
  expect_accesses("one load and one store", 1, 1);
}

void sizes() {
  one_size<std::uint8_t>(0xa1);
  one_size<std::uint16_t>(0xb2b1);
  one_size<std::uint32_t>(0xc4c3'c2c1);
  one_size<std::uint64_t>(0xd8d7'd6d5'd4d3'd2d1);
  unsigned long rax = ~0ul;
  asm volatile("movb (%1), %b0" : "+a"(rax) : "r"(slate + 64) : "memory");
  expect("a byte leaves the rest of its register", rax, 0xffff'ffff'ffff'ffd1);
  asm volatile("movswq (%1), %0" : "=a"(rax) : "r"(slate + 70) : "memory");
  expect("a word that is sign-extended", rax, 0xffff'ffff'ffff'd8d7);
  expect_accesses("two loads", 2, 0);
  say("loads and stores of each size\n");
}

void read_modify_write() {
  at<unsigned>(slate) = 40;
  unsigned before = 7;
  asm volatile("addl $2, (%0)" : : "r"(slate) : "memory", "cc");
  expect_accesses("a load and two stores", 1, 2);
  asm volatile("xchgl %0, (%1)" : "+r"(before) : "r"(slate) : "memory");
  expect("what was exchanged", before, 42);
  unsigned expected = 7;
  bool equal;
  asm volatile("lock cmpxchgl %3, (%2)" : "+a"(expected), "=@ccz"(equal) : "r"(slate), "r"(9) : "memory");
  expect("a comparison that holds", equal, true);
  expect("what was stored then", at<unsigned>(slate), 9);
  expect_accesses("three loads, two stores", 3, 2);
  say("read-modify-write, locked and not\n");
}

void straddle() {
  at<unsigned long>(twice - 3) = 0x8877'6655'4433'2211;
  expect_accesses("a store of two parts", 0, 2);
  expect("the end of the page", at<std::uint16_t>(slate + page - 3), 0x2211);
  expect("the beginning of the next", at<unsigned>(twice), 0x7766'5544);
  expect("the number in one", at<unsigned long>(twice - 3), 0x8877'6655'4433'2211);
  expect_accesses("a load of two parts, and two more", 4, 0);
  say("accesses of two pages\n");
}

void strings() {
  for (unsigned n = 0; n < 64; ++n) source[n] = static_cast<unsigned char>(n * 7 + 1);
  const void* from = source;
  auto to = reinterpret_cast<void*>(slate);
  unsigned long count = 24;
  asm volatile("rep movsb" : "+S"(from), "+D"(to), "+c"(count) : : "memory");
  expect("what is left of the count", count, 0);
  expect_accesses("a store for each item", 0, 24);
  from = reinterpret_cast<const void*>(slate + 23);
  to = target + 23;
  count = 24;
  asm volatile("std\nrep movsb\ncld" : "+S"(from), "+D"(to), "+c"(count) : : "memory");
  expect("where it went downwards", reinterpret_cast<unsigned long>(to), reinterpret_cast<unsigned long>(target) - 1);
  for (unsigned n = 0; n < 24; ++n) expect("a byte that came back", target[n], source[n]);
  to = reinterpret_cast<void*>(slate);
  count = 4;
  asm volatile("rep stosq" : "+D"(to), "+c"(count) : "a"(0x1234) : "memory");
  expect("the last of them", at<unsigned long>(slate + 24), 0x1234);
  expect_accesses("24 loads, 4 stores and one load", 25, 4);
  to = reinterpret_cast<void*>(slate);
  count = 8;
  asm volatile("repe scasq" : "+D"(to), "+c"(count) : "a"(0x1234) : "memory", "cc");
  expect("where the search ends", count, 3);
  expect_accesses("a load for each item that was looked at", 5, 0);
  say("string instructions\n");
}

/// A fault behind a device's answer.
void fault_after_answer() {
  pages.at[3] = 0;
  invalidate(hole);
  const fault f = try_copy(slate, hole);
  expect_page_fault("a copy to where nothing is", f, code::write, hole);
  expect_accesses("one load", 1, 0);
  say("a fault behind a load\n");
}

/// Operands in a device that end an instruction with an exception, and ones that lie before or beside their address.
void odd_operands() {
  constexpr unsigned divide_error = 0, general_protection = 13;
  at<unsigned long>(slate) = 1;
  expect("a quotient that does not fit", TRY("divl (%[address])", [address] "r"(slate), "a"(0), "d"(5)).vector,
         divide_error);
  at<unsigned long>(slate) = 0x0000'8000'0000'0000;
  const fault f = TRY("jmp *(%[address])", [address] "r"(slate));
  expect("a jump to what is not an address", f.vector, general_protection);
  expect("its error code", f.code, 0);
  expect("the jump itself is at fault", f.at >> 32, 0);

  at<unsigned long>(slate + 56) = 0;
  asm volatile("btsq %1, (%0)" : : "r"(slate + 64), "r"(-9l) : "memory", "cc");
  expect("a bit before the operand", at<unsigned long>(slate + 56), 1ul << 55);

  at<unsigned long>(slate) = 0x1111'1111'2222'2222;
  std::uint32_t low = 0x2222'2222, high = 0x3333'3333;
  bool equal;
  asm volatile("lock cmpxchg8b (%3)" : "+a"(low), "+d"(high), "=@ccz"(equal) : "r"(slate), "b"(7), "c"(8) : "memory");
  expect("a comparison that fails in the upper half", equal, false);
  expect("what the upper half is", high, 0x1111'1111);
  expect("what was not stored", at<unsigned long>(slate), 0x1111'1111'2222'2222);
  expect_accesses("six loads and six stores", 6, 6);
  say("operands that fault, or lie before their address\n");
}

template <class T>
void echo(const char* what, unsigned at_source, unsigned at_target, unsigned items, bool down) {
  const unsigned step = sizeof(T), last = down ? (items - 1) * step : 0;
  for (unsigned n = 0; n < items * step; ++n) {
    source[at_source + n] = static_cast<unsigned char>(n * 5 + items);
    target[at_target + n] = 0;
  }
  const void* from = source + at_source + last;
  void* to = target + at_target + last;
  unsigned long out = items, in = items;
  if (down) asm volatile("std");
  if constexpr (step == 1) {
    asm volatile("rep outsb" : "+S"(from), "+c"(out) : "d"(ECHO_PORT) : "memory");
    asm volatile("rep insb" : "+D"(to), "+c"(in) : "d"(ECHO_PORT) : "memory");
  } else if constexpr (step == 2) {
    asm volatile("rep outsw" : "+S"(from), "+c"(out) : "d"(ECHO_PORT) : "memory");
    asm volatile("rep insw" : "+D"(to), "+c"(in) : "d"(ECHO_PORT) : "memory");
  } else {
    asm volatile("rep outsl" : "+S"(from), "+c"(out) : "d"(ECHO_PORT) : "memory");
    asm volatile("rep insl" : "+D"(to), "+c"(in) : "d"(ECHO_PORT) : "memory");
  }
  asm volatile("cld");
  expect(what, out + in, 0);
  const long moved = down ? -static_cast<long>(items * step) : static_cast<long>(items * step);
  expect(what, static_cast<unsigned long>(static_cast<unsigned char*>(to) - target),
         static_cast<unsigned long>(at_target + last + moved));
  for (unsigned n = 0; n < items * step; ++n) expect(what, target[at_target + n], source[at_source + n]);
}

void ports() {
  echo<std::uint8_t>("bytes", 0, 0, 100, false);
  echo<std::uint16_t>("words, downwards", 10, 20, 30, true);
  echo<std::uint32_t>("doublewords that straddle pages", page - 10, page - 7, 6, false);
  echo<std::uint32_t>("the same, downwards", page - 10, page - 7, 6, true);
  echo<std::uint8_t>("more than a request carries", 100, 200, 3000, false);
  std::uint32_t value = 0x1122'3344;
  asm volatile("outl %0, %1" : : "a"(value), "Nd"(ECHO_PORT));
  asm volatile("inb %1, %b0" : "+a"(value) : "Nd"(ECHO_PORT));
  asm volatile("inw %1, %w0" : "+a"(value) : "Nd"(ECHO_PORT));
  expect("a byte, then a word, in one register", value, 0x1122'2233);
  asm volatile("inb %1, %b0" : "+a"(value) : "Nd"(ECHO_PORT));
  expect("the last byte", value, 0x1122'2211);
  say("ports, one by one and in strings\n");
}

}  // namespace
}  // namespace umbra::guests

extern "C" {
umbra::guests::table window_directory, other_directory, user_directory;

void guest_main() {
  using namespace umbra::guests;
  load_traps();
  say("devices: 64-bit code\n");
  window_directory.link(0, pages, writable);
  pages.at[0] = SLATE | writable;
  pages.at[1] = SLATE | writable;
  pages.at[2] = SLATE_LOADS | writable;
  sizes();
  read_modify_write();
  straddle();
  strings();
  fault_after_answer();
  odd_operands();
  ports();
  say("devices: done\n");
}
}
