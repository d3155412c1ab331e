// The events that wait for a vCPU, interrupts apart, in the form in which a VMM saves and restores them.
//
// What an instruction asked for is left out: RIP is still at the instruction, which asks again.
#pragma once

#include "core/vcpu/event.hpp"

namespace umbra::vcpu {

struct saved_events {
  flag has_exception{};
  event exception{};
  word nmis{};      ///< that wait, 2 at most
  word blocking{};  ///< interruptibility (x86::interruptibility): by STI or MOV SS, and by an NMI

  /// Whether a vCPU can be in such a state.
  flag possible() const;
};

}  // namespace umbra::vcpu
