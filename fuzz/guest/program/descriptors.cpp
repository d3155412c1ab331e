#include "fuzz/guest/program/descriptors.hpp"

#include "fuzz/guest/program/trampoline.hpp"
#include "fuzz/guest/shared/selectors.h"

namespace umbra::opguest {
namespace {

constexpr std::uint32_t flat = 0xfffff;

std::uint32_t address_of(const void* object) { return reinterpret_cast<std::uintptr_t>(object); }

/// SDM 3, figure 3-8. `flags` is bits 55:52, `type` bits 47:40.
constexpr std::uint64_t descriptor(std::uint32_t base, std::uint32_t limit, std::uint8_t type, std::uint8_t flags) {
  return (limit & 0xffff) | (std::uint64_t{base & 0xff'ffff} << 16) | (std::uint64_t{type} << 40) |
         (std::uint64_t{(limit >> 16) & 0xf} << 48) | (std::uint64_t{flags} << 52) | (std::uint64_t{base >> 24} << 56);
}

void set_segments() {
  constexpr std::uint8_t code = 0x9b, data = 0x93, big = 0xc, wide = 0xa;
  for (unsigned cpl = 0; cpl < 4; ++cpl) {
    const auto level = static_cast<std::uint8_t>(cpl << 5);
    descriptors[SELECTOR_CODE32(cpl) / 8] = descriptor(0, flat, code | level, big);
    descriptors[SELECTOR_DATA(cpl) / 8] = descriptor(0, flat, data | level, big);
    descriptors[SELECTOR_CODE64(cpl) / 8] = descriptor(0, flat, code | level, wide);
  }
}

void set_tasks() {
  constexpr std::uint8_t task = 0x89;
  constexpr std::uint32_t limit = 0x67;
  const std::uint32_t stack = address_of(trampoline_stack_top);
  auto* const legacy = reinterpret_cast<volatile std::uint32_t*>(task32);
  legacy[1] = stack;  // ESP0
  legacy[2] = SELECTOR_DATA(0);
  legacy[25] = 0x68u << 16;  // no I/O map
  auto* const wide = reinterpret_cast<volatile std::uint32_t*>(task64);
  wide[1] = stack;  // RSP0
  wide[25] = 0x68u << 16;
  descriptors[SELECTOR_TASK32 / 8] = descriptor(address_of(task32), limit, task, 0);
  descriptors[SELECTOR_TASK64 / 8] = descriptor(address_of(task64), limit, task, 0);
  descriptors[SELECTOR_TASK64 / 8 + 1] = 0;
}

/// SDM 3, figures 6-2 and 6-8: interrupt gates that every CPL may use.
void set_gate(unsigned vector, std::uint32_t handler32, std::uint32_t handler64) {
  constexpr std::uint64_t type = 0xee00'0000'0000;
  const auto gate = [](std::uint32_t handler, std::uint32_t selector) {
    return (handler & 0xffff) | (std::uint64_t{selector} << 16) | type | (std::uint64_t{handler >> 16} << 48);
  };
  gates32[vector] = gate(handler32, SELECTOR_CODE32(0));
  gates64[2 * vector] = gate(handler64, SELECTOR_CODE64(0));
  gates64[2 * vector + 1] = 0;
}

}  // namespace

void load_descriptors() {
  set_segments();
  set_tasks();
  for (unsigned vector = 0; vector < 32; ++vector)
    set_gate(vector, address_of(handlers32 + 16 * vector), address_of(handlers64 + 16 * vector));
  set_gate(VECTOR_DONE, address_of(handlers32 + 16 * 32), address_of(handlers64 + 16 * 32));

  struct [[gnu::packed]] {
    std::uint16_t limit;
    std::uint32_t base;
  } const gdt{SELECTOR_END - 1, address_of(descriptors)}, idt{8 * (VECTOR_DONE + 1) - 1, address_of(gates32)};
  asm volatile(
      "lgdt %0\n"
      "lidt %1\n"
      "ljmp %2, $1f\n"
      "1: mov %3, %%ss\n"
      "mov %4, %%ds\n"
      "mov %4, %%es\n"
      :
      : "m"(gdt), "m"(idt), "i"(SELECTOR_CODE32(0)), "r"(SELECTOR_DATA(0)), "r"(SELECTOR_DATA(3))
      : "memory");
}

void aim_local_descriptors(std::uint64_t base) {
  constexpr std::uint8_t local = 0x82;
  descriptors[SELECTOR_LOCAL / 8] = descriptor(static_cast<std::uint32_t>(base), 7, local, 0);
  descriptors[SELECTOR_LOCAL / 8 + 1] = base >> 32;
}

}  // namespace umbra::opguest
