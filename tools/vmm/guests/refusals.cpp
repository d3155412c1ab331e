// A 64-bit guest that asks for what a processor refuses, looks at registers that must hold what they are given, and has
// events come whose delivery faults.
#include "core/x86/control.hpp"
#include "core/x86/debug.hpp"
#include "core/x86/flags.hpp"
#include "core/x86/msr.hpp"
#include "core/x86/page_fault.hpp"
#include "tools/vmm/guests/paging.hpp"
#include "tools/vmm/guests/selectors.h"
#include "tools/vmm/guests/tries.hpp"

extern "C" {
umbra::guests::table window_directory, other_directory, user_directory;
extern const char user_page[], user_clts[], user_hlt[], user_mov_cr0[], user_mov_dr7[], user_wrmsr[], user_invlpg[],
    user_lmsw[], user_vmcall[];
extern const char system_call[], two_instructions_at[], second_instruction[];
void two_instructions();
}

namespace umbra::guests {
namespace {

constexpr unsigned debug = 1, double_fault = 8, general_protection = 13;
constexpr std::uint64_t half_canonical = 0xffff'7fff'ffff'ffff, not_canonical = 0x0000'8000'0000'0000;

table user_pages;

/// Something that makes the guest leave to umbra and come back.
void leave() {
  std::uint32_t eax = 0, ecx = 0;
  asm volatile("cpuid" : "+a"(eax), "+c"(ecx) : : "ebx", "edx", "memory");
}

/// A fault's frame has RF set, so that a breakpoint at the instruction does not come twice (SDM 17.3.1.1).
void expect_refused(const char* what, const fault& f) {
  expect(what, f.vector, general_protection);
  expect(what, f.code, 0);
  expect(what, f.flags >> 16 & 1, 1);
}

void model_specific_registers() {
  using x86::msr;
  constexpr msr addresses[] = {msr::lstar,   msr::cstar,          msr::fs_base,
                               msr::gs_base, msr::kernel_gs_base, msr::sysenter_eip};
  for (const msr m : addresses) {
    expect_refused("WRMSR of half an address", try_wrmsr(m, half_canonical));
    expect_refused("WRMSR of what is not an address", try_wrmsr(m, not_canonical));
  }
  constexpr std::uint64_t memory_type_2 = 0x0007'0406'0007'0402;
  expect_refused("a reserved memory type", try_wrmsr(msr::pat, memory_type_2));
  expect_refused("an MSR that is not there", try_wrmsr(static_cast<msr>(0x1234'5678), 0));
  expect_refused("RDMSR of one", TRY("rdmsr", "c"(0x1234'5678), "a"(0), "d"(0)));
  say("model-specific registers refuse what they cannot hold\n");

  constexpr msr holders[] = {msr::lstar,        msr::cstar,        msr::syscall_mask, msr::kernel_gs_base,
                             msr::sysenter_eip, msr::sysenter_esp, msr::star};
  const auto value_of = [](unsigned n) { return std::uint64_t{n + 1} * 0x1111'0000; };
  for (unsigned n = 0; n < sizeof holders / sizeof *holders; ++n) {
    expect_none("WRMSR", try_wrmsr(holders[n], value_of(n)));
    leave();
  }
  for (unsigned n = 0; n < sizeof holders / sizeof *holders; ++n) {
    expect("what an MSR holds", read_msr(holders[n]), value_of(n));
  }
  say("and hold the rest\n");
}

void system_calls() {
  using x86::msr;
  expect_none("EFER.SCE", try_wrmsr(msr::efer, read_msr(msr::efer) | x86::efer::sce));
  expect_none("STAR", try_wrmsr(msr::star, std::uint64_t{CODE64} << 32));
  expect_none("LSTAR", try_wrmsr(msr::lstar, reinterpret_cast<unsigned long>(system_call)));
  expect_none("FMASK", try_wrmsr(msr::syscall_mask, x86::rflags::df));
  leave();
  unsigned long answer = 0;
  asm volatile("syscall" : "+a"(answer) : : "rcx", "r11", "memory", "cc");
  expect("what a system call answers", answer, 1);
  say("SYSCALL goes where LSTAR says\n");
}

void control_registers() {
  expect_refused("paging off in 64-bit code", try_write_cr0(read_cr0() & ~x86::cr0::pg));
  expect_refused("CR8 beyond its four bits", TRY("mov %[value], %%cr8", [value] "r"(16ul)));
  expect_none("CR8", TRY("mov %[value], %%cr8", [value] "r"(5ul)));
  leave();
  unsigned long priority;
  asm volatile("mov %%cr8, %0" : "=r"(priority));
  expect("CR8", priority, 5);
  asm volatile("mov %0, %%cr8" : : "r"(0ul));

  const unsigned long before = read_cr0();
  asm volatile("lmsw %0" : : "r"(static_cast<std::uint16_t>(x86::cr0::mp)));
  expect("CR0 behind an LMSW of MP without PE", read_cr0(), (before & ~(x86::cr0::em | x86::cr0::ts)) | x86::cr0::mp);
  write_cr0(before);
  asm volatile("fninit" : : : "memory");  // from here on CR0.TS is the guest's own
  write_cr0(before | x86::cr0::ts);
  leave();
  expect("CR0.TS", read_cr0(), before | x86::cr0::ts);
  asm volatile("clts");
  leave();
  expect("CR0.TS behind CLTS", read_cr0(), before & ~x86::cr0::ts);
  write_cr0(before);
  say("control registers refuse and hold\n");
}

unsigned long read_dr6() {
  unsigned long value;
  asm volatile("mov %%dr6, %0" : "=r"(value));
  return value;
}

void write_dr6(unsigned long value) { asm volatile("mov %0, %%dr6" : : "r"(value)); }
void write_dr7(unsigned long value) { asm volatile("mov %0, %%dr7" : : "r"(value)); }

void debug_registers() {
  constexpr unsigned long fixed = 0x400, guard = 1ul << 13, guarded = 1ul << 13, single_step = 1ul << 14;
  unsigned long value;
  asm volatile("mov %0, %%dr0\nmov %1, %%dr3" : : "r"(0x1111ul), "r"(0x4444ul));
  leave();
  asm volatile("mov %%dr0, %0" : "=r"(value));
  expect("DR0", value, 0x1111);
  asm volatile("mov %%dr3, %0" : "=r"(value));
  expect("DR3", value, 0x4444);

  write_dr6(0);
  write_dr7(fixed | guard);
  const fault f = TRY("mov %%dr0, %[value]", [value] "r"(0ul));
  expect("the exception of a guarded register", f.vector, debug);
  expect("DR6.BD", read_dr6() & guarded, guarded);
  asm volatile("mov %%dr7, %0" : "=r"(value));
  expect("DR7.GD behind it", value, fixed);

  write_dr6(0);
  const fault step = TRY("pushf\norl $0x100, (%%rsp)\npopf\nwbinvd\nnop", "a"(0));
  expect("the exception of a single step", step.vector, debug);
  expect("where it comes", step.at, step.end - 1);
  expect("DR6.BS", read_dr6() & single_step, single_step);
  write_dr6(0);
  say("debug registers hold, guard and step\n");
}

/// Breakpoints at an instruction that umbra executes, and at the one behind it.
void breakpoints() {
  constexpr unsigned long first = 1 << 0, second = 1 << 2;
  asm volatile("mov %0, %%dr0\nmov %1, %%dr1" : : "r"(two_instructions_at), "r"(second_instruction));
  write_dr6(0);
  write_dr7(0x400 | first | second);
  go_on_behind_breakpoints(true);
  two_instructions();
  go_on_behind_breakpoints(false);
  write_dr7(0x400);
  expect("breakpoints met", breakpoints_met(), 2);
  write_dr6(0);
  say("two breakpoints, one behind the other\n");
}

void users() {
  const char* const refused[] = {user_clts, user_hlt, user_mov_cr0, user_mov_dr7, user_wrmsr, user_invlpg, user_lmsw};
  for (const char* code : refused) expect_refused("what a user may not do", try_user(user_window, code));
  const fault f = try_user(user_window, user_vmcall);
  expect_none("a user's hypercall", f);
  expect("the answer to it: not permitted", f.value, static_cast<unsigned long>(-1));
  say("users refused\n");
}

/// What an instruction comes to on a stack that is mapped, and that nobody has used yet.
#define TRY_ON_STACK(instruction, stack, ...)                            \
  [&] {                                                                  \
    unsigned long where;                                                 \
    asm volatile(                                                        \
        "mov $1f, %[where]\nmov %[where], %[resume]\nmov %%rsp, %%rbx\n" \
        "mov %[there], %%rsp\n" instruction "\n1:\nmov %%rbx, %%rsp"     \
        : [where] "=&r"(where), [resume] "=m"(resume_at)                 \
        : [there] "r"(stack), __VA_ARGS__                                \
        : "rbx", "memory", "cc");                                        \
    fault f = take_fault();                                              \
    f.end = where;                                                       \
    return f;                                                            \
  }()

void deliveries() {
  constexpr unsigned long untouched = 0x30'0000;
  const fault f = TRY_ON_STACK("int %[vector]", untouched, [vector] "i"(DONE_VECTOR));
  expect_none("a software interrupt on a stack that was not touched", f);
  expect("where it returns to", f.at, f.end);
  const unsigned long missing = window + page;
  expect_page_fault("a page fault on a stack that was not touched",
                    TRY_ON_STACK("movb $0, (%[address])", untouched + page, [address] "r"(missing)),
                    x86::page_fault::write, missing);
  expect_refused("a refusal on one", TRY_ON_STACK("mov %[value], %%cr0", untouched + 2 * page, [value] "r"(0ul)));

  constexpr unsigned page_fault = 14, their_stack = 1, last_stack = 2;
  alignas(16) static unsigned char last[4096];
  handle_on(page_fault, their_stack, window + 2 * page);  // nothing is mapped there
  handle_on(double_fault, last_stack, reinterpret_cast<unsigned long>(last + sizeof last));
  const fault doubled = try_read(window + page);
  expect("a page fault whose delivery faults", doubled.vector, double_fault);
  expect("its code", doubled.code, 0);
  handle_on(page_fault, 0, 0);
  expect_page_fault("a page fault on a good stack", try_read(window + page), 0, window + page);
  say("deliveries go on, or end in a double fault\n");
}

}  // namespace
}  // namespace umbra::guests

extern "C" void guest_main() {
  using namespace umbra::guests;
  load_traps();
  user_directory.link(0, user_pages, readable | user);
  user_pages.at[0] = reinterpret_cast<unsigned long>(user_page) | readable | user;
  say("refusals: 64-bit code\n");
  model_specific_registers();
  system_calls();
  control_registers();
  debug_registers();
  breakpoints();
  users();
  deliveries();
  say("refusals: done\n");
}
