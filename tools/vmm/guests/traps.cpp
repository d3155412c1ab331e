#include "tools/vmm/guests/traps.hpp"

#include "tools/vmm/guests/console.hpp"
#include "tools/vmm/guests/selectors.h"

extern "C" {

extern const char trap_entries[];
void user_done();

/// SDM 3, figure 3-8: flat segments for CPL 0 and 3, and one task segment for the stack of CPL 0.
alignas(16) std::uint64_t descriptors[DESCRIPTORS] = {0,
                                                      0x00cf'9b00'0000'ffff,
                                                      0x00cf'9300'0000'ffff,
                                                      0x00af'9b00'0000'ffff,
                                                      0x00cf'f300'0000'ffff,
                                                      sizeof(long) == 8 ? 0x00af'fb00'0000'ffff : 0x00cf'fb00'0000'ffff,
                                                      0,
                                                      0};
struct [[gnu::packed]] table_pointer {
  std::uint16_t limit;
  const void* base;
};
extern const table_pointer descriptors_pointer;
constinit const table_pointer descriptors_pointer{sizeof descriptors - 1, descriptors};

/// What lies on the stack of a trap.
struct trap_frame {
#ifndef __x86_64__
  unsigned long saved[8];
#endif
  unsigned long vector, code, ip, cs, flags;
};
void trapped(trap_frame*);
}

namespace umbra::guests {
namespace {

constexpr unsigned trap_count = 33, entry_bytes = 16, debug_exception = 1, page_fault = 14;
constexpr unsigned gate_words = sizeof(long) / 4;  // of eight bytes

alignas(16) std::uint64_t gates[256 * gate_words];
alignas(16) unsigned char trap_stack[8192];
alignas(16) std::uint32_t task[26];

fault seen;
bool goes_on = false;
void (*mender)(unsigned long address) = nullptr;
unsigned met = 0;

/// SDM 3, figures 6-2 and 6-8.
void set_gate(unsigned vector, unsigned long handler, unsigned dpl) {
  const std::uint64_t selector = sizeof(long) == 8 ? CODE64 : CODE32;
  gates[vector * gate_words] = (handler & 0xffff) | selector << 16 | std::uint64_t{0x8e00 | dpl << 13} << 32 |
                               std::uint64_t{handler >> 16 & 0xffff} << 48;
#ifdef __x86_64__
  gates[vector * gate_words + 1] = handler >> 32;
#endif
}

void set_task() {
  const auto stack = reinterpret_cast<unsigned long>(trap_stack + sizeof trap_stack);
  const auto base = reinterpret_cast<unsigned long>(task);
  task[1] = static_cast<std::uint32_t>(stack);
#ifndef __x86_64__
  task[2] = DATA;
#endif
  descriptors[TASK / 8] = (sizeof task - 1) | std::uint64_t{base & 0xff'ffff} << 16 | std::uint64_t{0x89} << 40 |
                          std::uint64_t{base >> 24 & 0xff} << 56;
}

unsigned long page_fault_address() {
  unsigned long address;
  asm volatile("mov %%cr2, %0" : "=r"(address));
  return address;
}

/// RAX, which is the first that a trap's entry saves.
unsigned long accumulator_of(const trap_frame* f) {
#ifdef __x86_64__
  return reinterpret_cast<const unsigned long*>(f)[-1];
#else
  return f->saved[7];
#endif
}

}  // namespace

void load_traps() {
  const auto entries = reinterpret_cast<unsigned long>(trap_entries);
  for (unsigned n = 0; n < trap_count - 1; ++n) set_gate(n, entries + n * entry_bytes, 0);
  set_gate(DONE_VECTOR, entries + (trap_count - 1) * entry_bytes, 3);
  set_task();
  const table_pointer idt{sizeof gates - 1, gates};
  asm volatile("lidt %0\nltr %1" : : "m"(idt), "r"(std::uint16_t{TASK}) : "memory");
}

void handle(unsigned vector, const char* entry) { set_gate(vector, reinterpret_cast<unsigned long>(entry), 0); }

#ifdef __x86_64__
void handle_on(unsigned vector, unsigned n, unsigned long stack_top) {
  constexpr unsigned first_entry = 9;  // of 32-bit words, two for each (SDM 3, figure 7-11)
  task[first_entry + (n - 1) * 2] = static_cast<std::uint32_t>(stack_top);
  task[first_entry + (n - 1) * 2 + 1] = static_cast<std::uint32_t>(stack_top >> 32);
  gates[vector * gate_words] = (gates[vector * gate_words] & ~(std::uint64_t{7} << 32)) | std::uint64_t{n} << 32;
}
#endif

volatile unsigned long resume_at;

void go_on_behind_breakpoints(bool on) { goes_on = on; }
unsigned breakpoints_met() { return met; }
void on_page_fault(void (*mend)(unsigned long address)) { mender = mend; }

fault take_fault() {
  resume_at = 0;
  const fault f = seen;
  seen = {};
  return f;
}

}  // namespace umbra::guests

void trapped(trap_frame* f) {
  using namespace umbra::guests;
  const bool from_user = (f->cs & 3) == 3;
  const unsigned long vector = f->vector == DONE_VECTOR ? fault::none : f->vector;
  if (vector == debug_exception && goes_on) {
    constexpr unsigned long resume_flag = 1ul << 16;
    ++met;
    f->flags |= resume_flag;
    return;
  }
  if (vector == page_fault && mender != nullptr) return mender(page_fault_address());
  seen = {.vector = vector, .code = f->code, .at = f->ip, .flags = f->flags, .value = accumulator_of(f)};
  if (vector == page_fault) seen.address = page_fault_address();
  constexpr unsigned long trap_flag = 1ul << 8;
  f->flags &= ~trap_flag;
  if (!from_user && resume_at == 0) give_up("an exception out of the blue, at", f->ip, f->vector);
  f->ip = resume_at;
  if (!from_user) return;
  // The stack pointer behind these belongs to user code; user_done() takes its own.
  f->ip = reinterpret_cast<unsigned long>(user_done);
  f->cs = sizeof(long) == 8 ? CODE64 : CODE32;
  f->flags = 2;
  auto* const outer = reinterpret_cast<unsigned long*>(f + 1);
  if (sizeof(long) == 8) outer[0] = reinterpret_cast<unsigned long>(trap_stack + sizeof trap_stack), outer[1] = DATA;
}
