#include "tools/vmm/guests/traps.hpp"

#include "tools/vmm/guests/console.hpp"
#include "tools/vmm/guests/selectors.h"

extern "C" {

extern const char trap_entries[], user_page[], user_read[], user_write[];
void run_user(unsigned long code, unsigned long address, unsigned long value);
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

fault by_user(unsigned long code, unsigned long address, unsigned long value) {
  run_user(code, address, value);
  return take_fault();
}

unsigned long user_address(unsigned long user_code, const char* stub) {
  return user_code + static_cast<unsigned long>(stub - user_page);
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

// Each notes where to go on before the instruction that may fault.

fault try_read(unsigned long address) {
  unsigned long value = 0;
  const auto read = [&] {
    unsigned long where;
    asm volatile("mov $1f, %0\nmov %0, %2\nmov (%3), %1\n1:"
                 : "=&r"(where), "+&r"(value), "=m"(resume_at)
                 : "r"(address)
                 : "memory");
  };
  read();
  fault f = take_fault();
  f.value = value;
  return f;
}

fault try_write(unsigned long address, unsigned long value) {
  return TRY("mov %[value], (%[address])", [address] "r"(address), [value] "r"(value));
}

fault try_copy(unsigned long from, unsigned long to) {
  unsigned long where;
  asm volatile(
      "mov $1f, %0\nmov %0, %1\n"
#ifdef __x86_64__
      "movsq\n1:"
#else
      "movsl\n1:"
#endif
      : "=&r"(where), "=m"(resume_at), "+S"(from), "+D"(to)
      :
      : "memory");
  return take_fault();
}

fault try_call(unsigned long address) {
  unsigned long where, stack;
  asm volatile(
      "mov $1f, %0\nmov %0, %2\n"
#ifdef __x86_64__
      "mov %%rsp, %1\ncall *%3\n1:\nmov %1, %%rsp"
#else
      "mov %%esp, %1\ncall *%3\n1:\nmov %1, %%esp"
#endif
      : "=&r"(where), "=&b"(stack), "=m"(resume_at)
      : "r"(address)
      : "memory");
  return take_fault();
}

fault try_write_cr0(unsigned long value) { return TRY("mov %[value], %%cr0", [value] "r"(value)); }
fault try_write_cr3(unsigned long value) { return TRY("mov %[value], %%cr3", [value] "r"(value)); }
fault try_write_cr4(unsigned long value) { return TRY("mov %[value], %%cr4", [value] "r"(value)); }

fault try_wrmsr(x86::msr msr, std::uint64_t value) {
  return TRY("wrmsr", "c"(static_cast<std::uint32_t>(msr)), "a"(static_cast<std::uint32_t>(value)),
             "d"(static_cast<std::uint32_t>(value >> 32)));
}

fault try_user_read(unsigned long user_code, unsigned long address) {
  return by_user(user_address(user_code, user_read), address, 0);
}
fault try_user_write(unsigned long user_code, unsigned long address, unsigned long value) {
  return by_user(user_address(user_code, user_write), address, value);
}
fault try_user(unsigned long user_code, const char* code) { return by_user(user_address(user_code, code), 0, 0); }
fault try_user_call(unsigned long address) { return by_user(address, 0, 0); }

void expect_page_fault(const char* what, const fault& f, unsigned long code, unsigned long address) {
  expect(what, f.vector, page_fault);
  expect(what, f.code, code);
  expect(what, f.address, address);
}

void expect_none(const char* what, const fault& f) { expect(what, f.vector, fault::none); }

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
