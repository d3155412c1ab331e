// The exceptions of a guest: its tables, and what it was that came.
#pragma once

#include <cstdint>

#include "core/x86/msr.hpp"

namespace umbra::guests {

struct fault {
  unsigned long vector = none, code = 0, address = 0;
  unsigned long at = 0, flags = 0;  ///< the RIP and RFLAGS that were pushed
  unsigned long end = 0;            ///< behind the instructions that were tried
  unsigned long value = 0;          ///< that a read has read, or what user code has left in RAX

  static constexpr unsigned long none = ~0ul;
  bool happened() const { return vector != none; }
};

/// Where the supervisor goes on behind an exception.
extern volatile unsigned long resume_at;

/// What the last exception was; and none again.
fault take_fault();

/// Executes an instruction or several, and says which exception ended them. Operands are asm's, by name.
#define TRY(instructions, ...)                                                      \
  [&] {                                                                             \
    unsigned long umbra_where;                                                      \
    asm volatile("mov $1f, %[where]\nmov %[where], %[resume]\n" instructions "\n1:" \
                 : [where] "=&r"(umbra_where), [resume] "=m"(resume_at)             \
                 : __VA_ARGS__                                                      \
                 : "memory", "cc");                                                 \
    fault umbra_fault = take_fault();                                               \
    umbra_fault.end = umbra_where;                                                  \
    return umbra_fault;                                                             \
  }()

/// Whether code goes on where a breakpoint has stopped it, instead of behind what was tried; and how often it did.
void go_on_behind_breakpoints(bool);
unsigned breakpoints_met();

/// Who mends each page fault by itself, so that code goes on where it was; null: nobody.
void on_page_fault(void (*mend)(unsigned long address));

/// Loads interrupt tables and a task segment, on the vCPU that provokes exceptions. Others need none.
void load_traps();

/// Has an entry of its own for a vector, from then on.
void handle(unsigned vector, const char* entry);
#ifdef __x86_64__
/// Has a vector's handler run on another stack, by IST entry `n`, 1 to 7.
void handle_on(unsigned vector, unsigned n, unsigned long stack_top);
#endif

inline std::uint64_t read_msr(x86::msr msr) {
  std::uint32_t low, high;
  asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(static_cast<std::uint32_t>(msr)));
  return std::uint64_t{high} << 32 | low;
}

}  // namespace umbra::guests
