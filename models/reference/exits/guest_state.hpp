// What of a guest an exit's handling may change, besides memory; and what hardware says of the exit.
#pragma once

#include <array>

#include <word/word.hpp>

#include "models/reference/double_fault.hpp"
#include "models/reference/event.hpp"
#include "models/reference/interruptibility.hpp"
#include "models/reference/registers.hpp"

namespace umbra::reference {

/// General registers by number (volume 1, 3.4.1).
namespace general {
constexpr unsigned rax = 0, rcx = 1, rdx = 2, rbx = 3, rsp = 4, rbp = 5, rsi = 6, rdi = 7, count = 16;
}

/// All as the guest sees it: shadows and masks applied.
struct guest_state {
  std::array<word, general::count> general{};
  word rip{}, rflags{};
  registers control{};
  word cr2{}, cr8{};
  std::array<word, 4> breakpoints{};  ///< DR0 to DR3
  word dr6{}, dr7{}, debugctl{};
  word interruptibility{}, activity{}, pending_debug{};

  // What handlers of exits do not change, but go by.
  word cpl{};
  flag code64 = flag(false);  ///< 64-bit mode
  flag tss16 = flag(false);   ///< TR holds a 16-bit TSS
};

/// The exit-information fields (25.9).
struct exit_information {
  word reason{};  ///< basic reason
  word qualification{};
  word length{};       ///< of the instruction
  event interruption;  ///< VM-exit interruption information, if the reason is an exception or an NMI
  event vectoring;     ///< the event whose delivery the exit interrupted
};

/// What came of an exit, when the vCPU is entered again or leaves to userspace.
struct exit_result {
  guest_state state{};
  event injected{};          ///< by the next VM entry; not valid if the vCPU leaves
  pending_events pending{};  ///< still waiting
  flag leaves = flag(false);
  word request{};  ///< if it leaves: a `leave`
};

/// What a vCPU asks of userspace, as KVM's interface has it (KVM_EXIT_...).
enum class leave : std::uint8_t {
  unknown,
  io,
  mmio,
  hlt,
  interrupt_window,
  shutdown,
  debug,
  fail_entry,
  set_tpr,
  interrupted,  ///< a signal for the thread
  internal_error,
};
constexpr std::uint64_t bit(leave l) { return std::uint64_t{1} << static_cast<unsigned>(l); }

/// A number's register, and a state with it changed.
inline word general_register(const guest_state& s, word number) {
  word value{0};
  for (unsigned i = 0; i < general::count; ++i) value = value | select(number == word{i}, s.general[i], word{0});
  return value;
}
inline guest_state with_general(guest_state s, word number, word value) {
  for (unsigned i = 0; i < general::count; ++i) s.general[i] = select(number == word{i}, value, s.general[i]);
  return s;
}

}  // namespace umbra::reference
