#include "fuzz/registers/program/attempt.hpp"

extern "C" {
extern std::uint8_t handlers[];
extern std::uint64_t recover, taken_vector, taken_error;
}

namespace umbra::registercheck {
namespace {

struct [[gnu::packed]] gate {
  std::uint16_t low, selector, type, middle;
  std::uint32_t high, reserved;
};
gate gates[32];

/// Notes where to go on after an exception, then executes what follows.
#define GUARDED(instruction) "lea 1f(%%rip), %%r11\nmov %%r11, recover(%%rip)\n" instruction "\n1:\n"

// The number of a register is part of the instruction, so that there is one for each.
#define EACH_CR(name) name(0) name(2) name(3) name(4) name(8)
#define EACH_DR(name) name(0) name(1) name(2) name(3) name(4) name(5) name(6) name(7)
#define TO_CR(n)                                                               \
  case n:                                                                      \
    asm volatile(GUARDED("mov %0, %%cr" #n) : : "r"(value) : "r11", "memory"); \
    break;
#define FROM_CR(n)                                                                 \
  case n:                                                                          \
    asm volatile(GUARDED("mov %%cr" #n ", %0") : "+r"(value) : : "r11", "memory"); \
    break;
#define TO_DR(n)                                                               \
  case n:                                                                      \
    asm volatile(GUARDED("mov %0, %%dr" #n) : : "r"(value) : "r11", "memory"); \
    break;
#define FROM_DR(n)                                                                 \
  case n:                                                                          \
    asm volatile(GUARDED("mov %%dr" #n ", %0") : "+r"(value) : : "r11", "memory"); \
    break;

void to_control_register(unsigned number, std::uint64_t value) {
  switch (number) { EACH_CR(TO_CR) }
}
std::uint64_t from_control_register(unsigned number) {
  std::uint64_t value = 0;
  switch (number) { EACH_CR(FROM_CR) }
  return value;
}
void to_debug_register(unsigned number, std::uint64_t value) {
  switch (number) { EACH_DR(TO_DR) }
}
std::uint64_t from_debug_register(unsigned number) {
  std::uint64_t value = 0;
  switch (number) { EACH_DR(FROM_DR) }
  return value;
}

std::uint64_t read_msr(std::uint32_t number) {
  std::uint32_t low = 0, high = 0;
  asm volatile(GUARDED("rdmsr") : "+a"(low), "+d"(high) : "c"(number) : "r11", "memory");
  return std::uint64_t{high} << 32 | low;
}
void write_msr(std::uint32_t number, std::uint64_t value) {
  asm volatile(GUARDED("wrmsr")
               :
               : "c"(number), "a"(static_cast<std::uint32_t>(value)), "d"(static_cast<std::uint32_t>(value >> 32))
               : "r11", "memory");
}
std::uint64_t read_machine_status() {
  std::uint64_t value = 0;
  asm volatile(GUARDED("smsw %0") : "+r"(value) : : "r11", "memory");
  return value;
}

}  // namespace

void catch_exceptions() {
  for (unsigned i = 0; i < 32; ++i) {
    const auto at = reinterpret_cast<std::uint64_t>(handlers + 16 * i);
    gates[i] = {static_cast<std::uint16_t>(at),       8, 0x8e00, static_cast<std::uint16_t>(at >> 16),
                static_cast<std::uint32_t>(at >> 32), 0};
  }
  struct [[gnu::packed]] {
    std::uint16_t limit;
    std::uint64_t base;
  } const table{sizeof(gates) - 1, reinterpret_cast<std::uint64_t>(gates)};
  asm volatile("lidt %0" : : "m"(table) : "memory");
}

std::uint64_t read_control_register(unsigned number) { return from_control_register(number); }
std::uint64_t read_debug_register(unsigned number) { return from_debug_register(number); }
void write_debug_register(unsigned number, std::uint64_t value) { to_debug_register(number, value); }

void attempt(const trial& t, outcome& into) {
  taken_vector = outcome::none;
  taken_error = 0;
  switch (t.what) {
    case instruction::mov_to_cr:
      to_control_register(t.number, t.value);
      break;
    case instruction::mov_from_cr:
      into.value = from_control_register(t.number);
      break;
    case instruction::lmsw:
      asm volatile(GUARDED("lmsw %w0") : : "r"(t.value) : "r11", "memory");
      break;
    case instruction::clts:
      asm volatile(GUARDED("clts") : : : "r11", "memory");
      break;
    case instruction::smsw:
      into.value = read_machine_status();
      break;
    case instruction::wrmsr:
      write_msr(t.number, t.value);
      break;
    case instruction::rdmsr:
      into.value = read_msr(t.number);
      break;
    case instruction::mov_to_dr:
      to_debug_register(t.number, t.value);
      break;
    case instruction::mov_from_dr:
      into.value = from_debug_register(t.number);
      break;
  }
  into.vector = static_cast<std::uint8_t>(taken_vector);
  into.error_code = static_cast<std::uint32_t>(taken_error);
}

}  // namespace umbra::registercheck
