// The NMIs that wait for a vCPU (SDM 6.7.1).
#pragma once

#include <word/word.hpp>

namespace umbra::vcpu {

class nmi_queue {
 public:
  static constexpr unsigned limit = 2;

  flag empty() const { return waiting_ == word{0}; }
  flag several() const { return waiting_ > word{1}; }
  /// A processor handles one NMI and remembers one more. So while the guest handles one, which blocks others, one can
  /// wait; else two can, the first of which it would be handling already.
  void add(flag blocked) {
    const word most = select(blocked, word{1}, word{limit});
    waiting_ = waiting_ + when(waiting_ < most, 1);
  }
  /// The first one was delivered. Not of an empty queue.
  void remove() { waiting_ = waiting_ - word{1}; }
  /// One whose delivery was interrupted. It is not blocked, since it was the one to block others.
  void again() { waiting_ = select(empty(), word{1}, word{limit}); }

  /// How many, to be saved and restored.
  word waiting() const { return waiting_; }
  void set_waiting(word count) { waiting_ = count; }

 private:
  word waiting_{};
};

}  // namespace umbra::vcpu
