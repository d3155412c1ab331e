#include "fuzz/guest/system/program/tables.hpp"

#include "core/x86/entry.hpp"
#include "fuzz/guest/system/program/memory.hpp"
#include "fuzz/guest/system/program/trampoline.hpp"
#include "fuzz/guest/system/shared/descriptors.hpp"
#include "fuzz/guest/system/shared/layout.hpp"

namespace umbra::system_guest {
namespace {

std::uint64_t own_descriptors[SELECTOR_CODE64(0) / 8 + 1];

std::uint32_t address_of(const void* object) { return reinterpret_cast<std::uintptr_t>(object); }

/// SDM 3A, figures 6-2 and 6-8: interrupt gates that every CPL may use; those of 64-bit mode switch to the first
/// interrupt stack.
void set_gates() {
  constexpr std::uint64_t type = 0xee00'0000'0000, first_stack = std::uint64_t{1} << 32;
  const auto gate = [](std::uint32_t handler, std::uint32_t selector) {
    return (handler & 0xffff) | (std::uint64_t{selector} << 16) | type | (std::uint64_t{handler >> 16} << 48);
  };
  for (unsigned vector = 0; vector < HANDLERS; ++vector) {
    store(layout::gates32 + 8 * vector, gate(address_of(handlers32 + 16 * vector), SELECTOR_CODE32(0)), 8);
    store(layout::gates64 + 16 * vector, gate(address_of(handlers64 + 16 * vector), SELECTOR_CODE64(0)) | first_stack,
          8);
    store(layout::gates64 + 16 * vector + 8, 0, 8);
  }
}

void map_trampoline() {
  constexpr std::uint64_t rights = x86::entry::present | x86::entry::write | x86::entry::accessed | x86::entry::dirty;
  for (std::uint32_t page = address_of(trampoline_code); page < address_of(trampoline_end); page += 0x1000) {
    store(layout::trampoline32 + (page >> 12) % 1024 * 4, page | rights, 4);
    store(layout::trampoline64 + (page >> 12) % 512 * 8, page | rights, 8);
  }
}

void load_own_descriptors() {
  namespace type = descriptor_type;
  namespace flag = descriptor_flags;
  own_descriptors[SELECTOR_CODE32(0) / 8] = descriptor(0, whole, type::code, flag::big | flag::pages);
  own_descriptors[SELECTOR_DATA(0) / 8] = descriptor(0, whole, type::data, flag::big | flag::pages);
  block.kernel_gdt = {sizeof own_descriptors - 1, address_of(own_descriptors)};
  asm volatile(
      "lgdt %0\n"
      "ljmp %1, $1f\n"
      "1: mov %2, %%ss\n"
      "mov %2, %%ds\n"
      "mov %2, %%es\n"
      :
      : "m"(block.kernel_gdt), "i"(SELECTOR_CODE32(0)), "r"(SELECTOR_DATA(0))
      : "memory");
}

}  // namespace

void set_up_tables() {
  load_own_descriptors();
  set_gates();
  map_trampoline();
}

void set_exception_stacks() {
  // SDM 3A, figures 7-2 and 7-11: SS0:ESP0, and IST1.
  store(layout::task32 + 4, address_of(trampoline_stack_top), 4);
  store(layout::task32 + 8, SELECTOR_DATA(0), 4);
  store(layout::task64 + 4, address_of(trampoline_stack_top), 8);
  store(layout::task64 + 36, address_of(interrupt_stack_top), 8);
}

}  // namespace umbra::system_guest
