// The ways in which the handling of an exit may end. More than one is usually legal: hypervisors have a choice.
#pragma once

#include <word/word.hpp>

#include "models/reference/exits/guest_state.hpp"

namespace umbra::reference {

struct legal_ends {
  /// The instruction completes, and this is its effect, but for RIP and what else completion changes. The general
  /// registers in `open`, a bit each, may hold anything.
  flag retires = flag(false);
  guest_state effect{};
  word open{0};
  flag halts = flag(false);  ///< the activity state may be HLT after it

  /// The guest goes on where it was: the exit was the hypervisor's affair, or the instruction is executed again.
  flag stays = flag(false);

  /// The guest gets one of these exceptions, a bit for each vector, as a fault. The error code counts for those that
  /// have one; for #PF it may be any.
  word faults{0};
  word error_code{0};
  flag sets_cr2 = flag(false);  ///< a #PF among them is for this address
  word cr2{0};
  word debug_causes{0};  ///< what a #DB among them sets in DR6

  /// The instruction may have been emulated: what came of it is not for these rules to say.
  flag emulated = flag(false);

  /// The vCPU leaves with one of these requests, a bit for each `leave`. The instruction is then complete, or not
  /// begun.
  word leaves{0};
};

}  // namespace umbra::reference
