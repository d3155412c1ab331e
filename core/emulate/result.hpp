// What came of executing an instruction.
#pragma once

#include "core/emulate/kinds.hpp"
#include "core/x86/address.hpp"
#include "core/x86/event.hpp"
#include "core/x86/exception.hpp"

namespace umbra::emulate {

enum class verdict : unsigned char {
  done,         ///< executed: RIP is at the next instruction
  again,        ///< RIP is still at the instruction: a string instruction has more to do, or the guest raced
  fault,        ///< an exception for the guest; but for it, nothing happened
  interrupt,    ///< a software interrupt for the guest, which is to return behind the instruction
  device,       ///< userspace has to answer request(); then finish() goes on
  halted,       ///< HLT was executed
  elsewhere,    ///< has a VM exit of its own: `serve` says which; nothing happened
  unsupported,  ///< not an instruction, or not a case of one, that this emulator has; nothing happened
};

/// An exception or software interrupt to deliver (SDM volume 3, sections 6.12 and 6.13).
struct event {
  x86::exception vector{};
  bool has_code = false;
  word code{};
  gva address{};  ///< of a page fault: CR2
  word dr6{};     ///< of a debug exception: the bits that it sets in DR6
};

struct result {
  verdict next = verdict::done;
  emulate::event event{};  ///< of a fault
  word number{};           ///< of an interrupt: its vector
  x86::event_type type{};  ///< of an interrupt: how VM entry has to inject it
  service serve{};         ///< of an instruction for elsewhere
  unsigned length = 0;     ///< of the instruction: for an interrupt, and for elsewhere
  flag trap{};             ///< done, halted, again: RFLAGS.TF was set, so that a single-step trap is due now
  flag lowers_priority{};  ///< done: CR8 is less than it was
};

}  // namespace umbra::emulate
