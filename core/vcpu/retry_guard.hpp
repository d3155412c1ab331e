// Tells an instruction that makes progress from one that faults for ever on the same spot.
//
// Where a guest's write cannot be emulated, the table that it hits is unprotected and the instruction runs again. If
// its own translation needs that very table, the fault that comes next protects the table anew, and so on. The guest
// must be stopped then, rather than kept busy without end.
#pragma once

#include <array>

#include <word/word.hpp>

#include "core/x86/address.hpp"

namespace umbra::vcpu {

class retry_guard {
 public:
  /// Tries for one instruction and place. More than one, since another vCPU may use the table in between, which
  /// protects it, too.
  static constexpr unsigned limit = 4;

  /// The vCPU left guest mode at `rip`: an instruction elsewhere has completed what it was about.
  void left(word rip) {
    if (rip == rip_) return;
    rip_ = rip;
    forget();
  }
  /// Whether the instruction that the vCPU left at may write to `where` once more.
  bool may_retry(gva where) {
    // An instruction writes to few places at a time; a repeated one goes on to new ones, which is progress.
    flag known{};
    for (unsigned n = 0; n < used_; ++n) known = either(known, places_[n] == where);
    if (known) return ++tries_ < limit;
    places_[turn_++ % places_.size()] = where;
    if (used_ < places_.size()) ++used_;
    tries_ = 0;
    return true;
  }

 private:
  void forget() { used_ = turn_ = tries_ = 0; }

  word rip_{};
  std::array<gva, 4> places_{};
  unsigned used_ = 0, turn_ = 0;
  unsigned tries_ = 0;  ///< at known places, since the last new one
};

}  // namespace umbra::vcpu
