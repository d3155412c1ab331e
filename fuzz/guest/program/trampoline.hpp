// The bridge between the program's own world and a scene's: what the assembly code of trampoline.S is told and what it
// reports.
#pragma once

#include <cstdint>

namespace umbra::opguest {

/// Laid out as trampoline.S has it. Lies in the trampoline's data, as it is read and written while the scene's tables
/// rule.
struct trampoline_block {
  // The program's own state, to return to.
  std::uint32_t kernel_cr3, kernel_cr4, kernel_esp;
  // The state for the probe. `first_cr3` is what paging is turned on with: 32 bits only, so 64-bit mode loads `cr3`
  // afterwards.
  std::uint32_t cr0, first_cr3, cr4, efer, eflags, stub, cs, ss, marker;
  std::uint64_t gva, cr3;
  std::uint32_t long_mode;
  // What came of it.
  std::uint32_t vector, error, eax;
  std::uint64_t cr2;
};

static_assert(__builtin_offsetof(trampoline_block, cr0) == 12);
static_assert(__builtin_offsetof(trampoline_block, gva) == 48);
static_assert(__builtin_offsetof(trampoline_block, long_mode) == 64);
static_assert(__builtin_offsetof(trampoline_block, cr2) == 80);

extern "C" {
extern trampoline_block block;

/// Puts the processor into the block's state, runs the stub at its CPL, and comes back with paging as it was.
void run_trampoline();

/// Does the access named, then raises VECTOR_DONE. The same bytes serve 32-bit and 64-bit mode. In a supervisor page
/// and a user page.
void supervisor_read(), supervisor_write(), supervisor_fetch(), supervisor_implicit(), supervisor_idle();
void supervisor_set_cr0(), supervisor_set_cr3(), supervisor_set_cr4(), supervisor_set_efer();
void user_read(), user_write(), user_fetch(), user_implicit(), user_idle();
/// Where the code in a data frame returns to.
void supervisor_after(), user_after();

/// Handlers for vectors 0 to 31, 16 bytes apart, then the one for VECTOR_DONE.
extern std::uint8_t handlers32[], handlers64[];

extern std::uint64_t descriptors[], gates32[], gates64[];
extern std::uint8_t task32[], task64[], trampoline_stack_top[];
/// Bounds of the trampoline, for mapping.
extern std::uint8_t trampoline_code[], trampoline_user[], trampoline_data[], trampoline_end[];
}

/// What an implicit access or a fetch leaves in EAX unless it reads something better.
constexpr std::uint32_t nothing_read = 0xdeadbeef;

}  // namespace umbra::opguest
