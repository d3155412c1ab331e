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
