// What a guest says, a character at a time through the VMM's debug port, and what it reads there.
#pragma once

#include <cstdint>

#include "tools/vmm/guests/devices.h"

namespace umbra::guests {

constexpr std::uint16_t debug_port = CONSOLE_PORT;

inline void out8(std::uint16_t port, std::uint8_t value) { asm volatile("outb %0, %1" : : "a"(value), "Nd"(port)); }
inline std::uint32_t in32(std::uint16_t port) {
  std::uint32_t value;
  asm volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}

/// What random numbers begin with.
inline std::uint32_t random_seed() { return in32(SEED_PORT); }

inline void say(const char* text) {
  for (; *text != 0; ++text) out8(debug_port, static_cast<std::uint8_t>(*text));
}
void say(unsigned long number);
void say_hex(unsigned long number);

/// Ends the guest with a complaint.
[[noreturn]] void give_up(const char* what, unsigned long found, unsigned long expected);

/// Ends it if two numbers differ.
inline void expect(const char* what, unsigned long found, unsigned long expected) {
  if (found != expected) give_up(what, found, expected);
}

}  // namespace umbra::guests
