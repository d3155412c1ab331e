// The event that a vCPU's next VM entry delivers to the guest: an exception that an exit came to, or one whose delivery
// an exit interrupted.
#pragma once

#include <word/word.hpp>

#include "core/x86/event.hpp"
#include "core/x86/exception.hpp"

namespace umbra::vcpu {

/// One event, in the terms of VMX.
struct event {
  word vector{};
  word type{};  ///< x86::event_type
  flag has_error_code{};
  word error_code{};
  word instruction_length{};  ///< for events that an instruction asked for

  static event exception(x86::exception e) {
    return {.vector = word{x86::vector_of(e)},
            .type = word{static_cast<std::uint64_t>(x86::event_type::hardware_exception)}};
  }
  static event exception(x86::exception which, word error_code) {
    event e = exception(which);
    e.has_error_code = true;
    e.error_code = error_code;
    return e;
  }

  /// Whether it is this exception, raised by hardware.
  flag is(x86::exception) const;
  /// As the VMCS holds it (SDM 25.8.3), and back.
  word packed() const;
  static event unpacked(word, word error_code, word instruction_length);
};

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
