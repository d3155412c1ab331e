// The event that a vCPU's next VM entry delivers to the guest: an exception that an exit came to, or one whose delivery
// an exit interrupted.
#pragma once

#include "core/vcpu/event.hpp"

namespace umbra::vcpu {

class event_queue {
 public:
  flag pending() const { return pending_; }
  const event& next() const { return next_; }

  /// Nothing is to be delivered: the last VM entry has done it, or begun to.
  void clear() { pending_ = false; }
  /// An exit came while `e` was being delivered: it is to be delivered again.
  void again(const event& e);
  /// An exception came up, perhaps while the pending event was being delivered. What is delivered is the new one, or a
  /// double fault (SDM 6.15, table 6-5). False: not even that is possible, and the vCPU shuts down. What it displaces
  /// comes again by itself: the instruction that raised it is executed again once the handler is done.
  bool raise(const event&);

 private:
  flag pending_{};
  event next_{};
};

}  // namespace umbra::vcpu
