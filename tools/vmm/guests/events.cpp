// Interrupts, NMIs, HLT and hypercalls. The guest asks its VMM for the events that it is to get.
#include "tools/vmm/guests/console.hpp"
#include "tools/vmm/guests/devices.h"
#include "tools/vmm/guests/paging.hpp"
#include "tools/vmm/guests/traps.hpp"

extern "C" {
extern const char interrupt_entries[], nmi_entry[];
void interrupted(unsigned long vector);
umbra::guests::table window_directory, other_directory, user_directory;
}

namespace umbra::guests {
namespace {

constexpr unsigned first_interrupt = 0x30, interrupts = 16, entry_bytes = 16, nmi = 2;

unsigned long order[64];
unsigned count, nmi_depth, deepest_nmi;
volatile unsigned step;
unsigned step_seen;

void disable() { asm volatile("cli" : : : "memory"); }
/// The instruction behind STI is still undisturbed.
void enable() { asm volatile("sti\nnop\nnop" : : : "memory"); }

void forget() { count = 0; }

void expect_order(const char* what, const unsigned long* vectors, unsigned n) {
  expect(what, count, n);
  for (unsigned i = 0; i < n; ++i) expect(what, order[i], vectors[i]);
}

void waits_for_if() {
  forget();
  disable();
  out8(INTERRUPT_PORT, 0x31);
  for (unsigned n = 0; n < 3; ++n) asm volatile("wbinvd" : : : "memory");
  expect("interrupts with IF clear", count, 0);
  enable();
  constexpr unsigned long one[] = {0x31};
  expect_order("an interrupt", one, 1);
  say("an interrupt waits for IF\n");
}

void by_priority() {
  forget();
  disable();
  constexpr std::uint8_t sent[] = {0x30, 0x35, 0x32};
  for (const std::uint8_t vector : sent) out8(INTERRUPT_PORT, vector);
  enable();
  constexpr unsigned long all[] = {0x35, 0x32, 0x30};
  expect_order("three interrupts", all, 3);
  say("the highest vector goes first\n");
}

void behind_sti() {
  forget();
  disable();
  step = 0;
  out8(INTERRUPT_PORT, 0x31);
  asm volatile("sti\nmovl $1, %0\nnop" : "=m"(step) : : "memory");
  expect("the instruction behind STI", step_seen, 1);
  say("STI puts off interrupts for one instruction\n");
}

/// So does one that umbra executes, and no longer than any other.
void behind_sti_and_cpuid() {
  forget();
  disable();
  step = 0;
  out8(INTERRUPT_PORT, 0x31);
  std::uint32_t eax = 0, ecx = 0;
  asm volatile("sti\ncpuid\nmovl $1, %0\nnop" : "=m"(step), "+a"(eax), "+c"(ecx) : : "ebx", "edx", "memory");
  expect("interrupts", count, 1);
  expect("the instruction behind STI and CPUID", step_seen, 0);
  say("also if umbra executes it\n");
}

/// The pushes of the delivery meet a page that is mapped, and that nobody has used yet.
void on_untouched_stack() {
  forget();
  disable();
  constexpr unsigned long untouched = 0x30'0000;
  asm volatile("outb %0, %1\nmov %%rsp, %%rbx\nmov %2, %%rsp\nsti\nnop\nnop\nmov %%rbx, %%rsp"
               :
               : "a"(std::uint8_t{0x37}), "Nd"(std::uint16_t{INTERRUPT_PORT}), "r"(untouched)
               : "rbx", "memory");
  constexpr unsigned long one[] = {0x37};
  expect_order("an interrupt on a stack that was not touched", one, 1);
  say("an interrupt outlives a fault of its delivery\n");
}

table pages;
data_page late_stack;

/// The same on a page that the guest has not mapped: it does so when the delivery faults, and the interrupt comes
/// again.
void through_a_page_fault() {
  constexpr unsigned page_fault = 14, own_stack = 1;
  constexpr unsigned long top = window + page;
  alignas(16) static unsigned char stack_of_faults[4096];
  window_directory.link(0, pages, writable);
  handle_on(page_fault, own_stack, reinterpret_cast<unsigned long>(stack_of_faults + sizeof stack_of_faults));
  on_page_fault([](unsigned long address) {
    pages.at[0] = late_stack.mapped(writable);
    invalidate(address);
  });
  forget();
  disable();
  asm volatile("outb %0, %1\nmov %%rsp, %%rbx\nmov %2, %%rsp\nsti\nnop\nnop\nmov %%rbx, %%rsp"
               :
               : "a"(std::uint8_t{0x38}), "Nd"(std::uint16_t{INTERRUPT_PORT}), "r"(top)
               : "rbx", "memory");
  constexpr unsigned long one[] = {0x38};
  expect_order("an interrupt whose stack was not mapped", one, 1);
  on_page_fault(nullptr);
  handle_on(page_fault, 0, 0);
  say("also one that the guest mends\n");
}

void halts() {
  forget();
  disable();
  out8(INTERRUPT_AT_HALT_PORT, 0x33);
  asm volatile("sti\nhlt\nnop" : : : "memory");
  out8(INTERRUPT_PORT, 0x34);  // comes at once
  disable();
  out8(INTERRUPT_PORT, 0x36);
  asm volatile("sti\nhlt\nnop" : : : "memory");
  constexpr unsigned long all[] = {0x33, 0x34, 0x36};
  expect_order("what ends HLT", all, 3);
  say("HLT ends with an interrupt\n");
}

void nmis() {
  forget();
  disable();
  out8(NMI_PORT, 2);
  asm volatile("nop" : : : "memory");
  expect("NMIs, one sent by the handler of the other", count, 2);
  expect("handlers of NMIs at a time", deepest_nmi, 1);
  say("an NMI waits for the handler of another\n");
}

unsigned long vmcall(unsigned long number, unsigned long argument) {
  unsigned long result;
  asm volatile("vmcall" : "=a"(result) : "a"(number), "b"(argument) : "memory");
  return result;
}

void hypercalls() {
  expect("a hypercall that umbra knows", vmcall(1, 0), 0);
  expect("one that is the VMM's", vmcall(77, 5), 77 + 5);

  // The state page of Linux 2.6.20: versions, size, result, and where the hypercall is to be written.
  alignas(page) static unsigned state[page / 4];
  alignas(16) static unsigned char code[16];
  state[0] = 1;
  state[4] = static_cast<unsigned>(reinterpret_cast<unsigned long>(code));
  const auto address = reinterpret_cast<unsigned long>(state);
  asm volatile("wrmsr" : : "c"(0x87655309), "a"(address), "d"(address >> 32) : "memory");
  expect("the version that umbra speaks", state[1], 1);
  expect("the result of registration", state[3], 0);
  unsigned long result;
  asm volatile("call *%2" : "=a"(result) : "a"(77ul), "r"(code), "b"(6ul) : "memory");
  expect("a hypercall by way of the page", result, 77 + 6);
  say("hypercalls answered\n");
}

void floating_point() {
  double pi;
  unsigned long bits, cr0;
  asm volatile("fninit\nfldpi" : : : "memory");
  say("the VMM computes in between, ");
  asm volatile("fstpl %0" : "=m"(pi));
  __builtin_memcpy(&bits, &pi, sizeof bits);
  expect("pi", bits, 0x4009'21fb'5444'2d18);
  asm volatile("mov %%cr0, %0" : "=r"(cr0));
  expect("CR0.TS", cr0 >> 3 & 1, 0);
  say("and the FPU is as it was\n");
}

void all() {
  load_traps();
  for (unsigned n = 0; n < interrupts; ++n) handle(first_interrupt + n, interrupt_entries + n * entry_bytes);
  handle(nmi, nmi_entry);
  say("events: interrupts, NMIs, HLT, hypercalls\n");
  waits_for_if();
  by_priority();
  behind_sti();
  behind_sti_and_cpuid();
  on_untouched_stack();
  through_a_page_fault();
  halts();
  nmis();
  hypercalls();
  floating_point();
  say("events: done\n");
}

}  // namespace
}  // namespace umbra::guests

void interrupted(unsigned long vector) {
  using namespace umbra::guests;
  if (count < sizeof order / sizeof *order) order[count] = vector;
  ++count;
  step_seen = step;
  if (vector != nmi) return;
  ++nmi_depth;
  if (nmi_depth > deepest_nmi) deepest_nmi = nmi_depth;
  if (count == 1) {
    out8(NMI_PORT, 2);
    for (unsigned n = 0; n < 3; ++n) asm volatile("wbinvd" : : : "memory");
  }
  --nmi_depth;
}

extern "C" void guest_main(unsigned) { umbra::guests::all(); }
