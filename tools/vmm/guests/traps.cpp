#include "tools/vmm/guests/traps.hpp"

#include "tools/vmm/guests/console.hpp"
#include "tools/vmm/guests/selectors.h"

extern "C" {

extern const char trap_entries[], user_page[], user_read[], user_write[];
void run_user(unsigned long code, unsigned long address);
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

constexpr unsigned trap_count = 33, entry_bytes = 16, page_fault = 14;
constexpr unsigned gate_words = sizeof(long) / 4;  // of eight bytes

alignas(16) std::uint64_t gates[256 * gate_words];
alignas(16) unsigned char trap_stack[8192];
alignas(16) std::uint32_t task[26];

fault seen;
unsigned long resume_at;

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

template <class Access>
fault attempt(Access&& access) {
  seen = {};
  access();
  resume_at = 0;
  return seen;
}

unsigned long user_address(unsigned long user_code, const char* stub) {
  return user_code + static_cast<unsigned long>(stub - user_page);
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

// Each notes where to go on before the instruction that may fault.

fault try_read(unsigned long address) {
  return attempt([&] {
    unsigned long where, value;
    asm volatile("mov $1f, %0\nmov %0, %2\nmov (%3), %1\n1:"
                 : "=&r"(where), "=&r"(value), "=m"(resume_at)
                 : "r"(address)
                 : "memory");
  });
}

fault try_write(unsigned long address, unsigned long value) {
  return attempt([&] {
    unsigned long where;
    asm volatile("mov $1f, %0\nmov %0, %1\nmov %3, (%2)\n1:"
                 : "=&r"(where), "=m"(resume_at)
                 : "r"(address), "r"(value)
                 : "memory");
  });
}

fault try_copy(unsigned long from, unsigned long to) {
  return attempt([&] {
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
  });
}

fault try_call(unsigned long address) {
  return attempt([&] {
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
  });
}

fault try_user_read(unsigned long user_code, unsigned long address) {
  return attempt([&] { run_user(user_address(user_code, user_read), address); });
}
fault try_user_write(unsigned long user_code, unsigned long address) {
  return attempt([&] { run_user(user_address(user_code, user_write), address); });
}

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
  if (f->vector != DONE_VECTOR) seen = {f->vector, f->code, f->vector == page_fault ? page_fault_address() : 0};
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
