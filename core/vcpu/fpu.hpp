// The guest's FPU state, loaded when the guest uses it and not before.
//
// While it is not loaded, the host's is in the processor. So the guest runs with CR0.TS and CR0.MP set, whatever it has
// set itself: then each instruction that touches the state, WAIT included, raises #NM (SDM 2.5), which exits. Once the
// state is loaded, TS, MP and EM are the guest's, and so is #NM.
#pragma once

#include <word/word.hpp>

#include "core/vcpu/ownership.hpp"

namespace umbra::vcpu {

class lazy_fpu {
 public:
  /// Whether the host has to have the guest's state loaded at the next VM entry.
  bool active() const { return active_; }
  void activate() { active_ = true; }
  /// The host has saved the guest's state, and loaded its own.
  void deactivate() { active_ = false; }

  /// The bits of CR0 that decide about #NM, to run a guest under that has set `cr0`. EM is always the guest's: with it
  /// set, SSE instructions raise #UD, which comes first.
  word cr0_bits(word cr0) const {
    using namespace x86::cr0;
    return active_ ? cr0 & word{fpu_bits} : (cr0 & word{em}) | word{mp | ts};
  }

 private:
  bool active_ = false;
};

}  // namespace umbra::vcpu
