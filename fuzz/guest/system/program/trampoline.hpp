// The bridge between the program and a specimen: what the assembly code of trampoline.S is told and what it reports.
#pragma once

#include <cstdint>

#include "fuzz/guest/system/program/handlers.h"
#include "fuzz/guest/system/shared/slots.hpp"

namespace umbra::system_guest {

/// What LGDT and LIDT take; the base has 4 bytes in protected mode.
struct [[gnu::packed]] table_register {
  std::uint16_t limit;
  std::uint64_t base;
};

/// Laid out as trampoline.S has it. Lies in the trampoline's data, as it is read and written while the specimen's
/// tables rule.
struct [[gnu::packed]] trampoline_block {
  std::uint64_t before[SLOT_COUNT], after[SLOT_COUNT];
  std::uint32_t kernel_esp;
  std::uint32_t wide;   ///< IA-32e mode
  std::uint32_t outer;  ///< CPL is not 0
  std::uint32_t bases;  ///< FS and GS get bases of 64 bits
  std::uint64_t vector, error;
  table_register gdt, idt, kernel_gdt, table;
};

static_assert(__builtin_offsetof(trampoline_block, kernel_esp) == 16 * SLOT_COUNT);
static_assert(__builtin_offsetof(trampoline_block, vector) == 16 * SLOT_COUNT + 16);
static_assert(__builtin_offsetof(trampoline_block, table) == 16 * SLOT_COUNT + 62);

extern "C" {
extern trampoline_block block;

/// Puts the processor into the block's state and comes back when an exception or interrupt has ended it.
void run_trampoline();

/// 16 bytes apart.
extern std::uint8_t handlers32[], handlers64[];
extern std::uint8_t trampoline_stack_top[], interrupt_stack_top[];
/// Bounds of the trampoline, for mapping.
extern std::uint8_t trampoline_code[], trampoline_end[];
}

}  // namespace umbra::system_guest
