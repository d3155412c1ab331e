// Tells an instruction that makes progress from one that faults for ever on the same spot.
//
// Where a guest's write cannot be emulated, the table that it hits is unprotected and the instruction runs again. If
// the instruction touches a second page whose translation needs that very table, the fault there protects the table
// anew, and so on. The guest must be stopped then, rather than kept busy without end.
#pragma once

#include "core/vcpu/general_registers.hpp"

namespace umbra::vcpu {

class retry_guard {
 public:
  /// Tries for one instruction. One for each page that it writes to would do, were it alone; but other vCPUs may use
  /// the table, and so protect it, each time before hardware comes to make the write.
  static constexpr unsigned limit = 64;

  /// Whether the instruction that a vCPU is at may be tried once more. What has come further shows in RIP or in a
  /// register: a repeated one counts, and any other goes on to the next.
  bool may_retry(const general_registers& now) {
    if (negate(now.same_as(last_))) {
      last_ = now;
      tries_ = 0;
    }
    return tries_++ < limit;
  }

 private:
  general_registers last_{};
  unsigned tries_ = 0;
};

}  // namespace umbra::vcpu
