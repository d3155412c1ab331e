#include "tools/triage/probe/store_trap.hpp"

#include <sys/mman.h>
#include <sys/ucontext.h>

#include <csignal>

#include "tools/triage/probe/stack.hpp"

namespace umbra::tools {

namespace {

constexpr std::uintptr_t page_bytes = 4096, trap_flag = 0x100;

std::uintptr_t watched = 0;
store_stacks* stacks = nullptr;

void* page_of(std::uintptr_t address) { return reinterpret_cast<void*>(address & ~(page_bytes - 1)); }
void allow(int rights) { ::mprotect(page_of(watched), page_bytes, rights); }

greg_t& flags_of(void* context) { return static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_EFL]; }

/// A store to the page: note it, and have it made.
void on_fault(int, siginfo_t* info, void* context) {
  const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
  if (watched == 0 || page_of(address) != page_of(watched)) {
    ::signal(SIGSEGV, SIG_DFL);  // somebody else's: it happens again, and ends the process
    return;
  }
  const bool at_the_word = address + 7 - watched < 15;
  if (at_the_word) take_stack(stacks->last[stacks->count++ % store_stacks::limit]);
  allow(PROT_READ | PROT_WRITE);
  flags_of(context) |= trap_flag;
}

/// It is made.
void on_step(int, siginfo_t*, void* context) {
  flags_of(context) &= ~static_cast<greg_t>(trap_flag);
  if (watched != 0) allow(PROT_READ);
}

void handle(int signal, void (*handler)(int, siginfo_t*, void*)) {
  struct sigaction action {};
  action.sa_sigaction = handler;
  action.sa_flags = SA_SIGINFO;
  ::sigaction(signal, &action, nullptr);
}

}  // namespace

void set_trap(const std::uint64_t* word, store_stacks& into) {
  call_stack first;
  take_stack(first);  // the unwinder loads what it needs now
  stacks = &into;
  watched = reinterpret_cast<std::uintptr_t>(word);
  handle(SIGSEGV, on_fault);
  handle(SIGTRAP, on_step);
  allow(PROT_READ);
}

void lift_trap() {
  if (watched == 0) return;
  allow(PROT_READ | PROT_WRITE);
  watched = 0;
}

}  // namespace umbra::tools
