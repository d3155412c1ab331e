#include "tools/vmm/guests/console.hpp"

namespace umbra::guests {

void say(unsigned long number) {
  char digits[24];
  unsigned at = sizeof digits;
  digits[--at] = 0;
  do {
    digits[--at] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  say(digits + at);
}

void say_hex(unsigned long number) {
  say("0x");
  unsigned shift = sizeof number * 8;
  do shift -= 4;
  while (shift != 0 && number >> shift == 0);
  for (;; shift -= 4) {
    out8(debug_port, static_cast<std::uint8_t>("0123456789abcdef"[number >> shift & 15]));
    if (shift == 0) return;
  }
}

void give_up(const char* what, unsigned long found, unsigned long expected) {
  say("FAILED: ");
  say(what);
  say(": found ");
  say_hex(found);
  say(", expected ");
  say_hex(expected);
  say("\n");
  for (;;) asm volatile("hlt");
}

}  // namespace umbra::guests
