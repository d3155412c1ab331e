// All that an instruction has learnt from outside: where its operands are, what memory and devices said.
//
// When an answer has to come from userspace, the instruction is executed again from its start once it is there; up to
// that point it then sees what it saw, reads no device twice, and takes the same way.
#pragma once

#include <array>

#include <word/word.hpp>

#include "core/platform/assert.hpp"

namespace umbra::emulate {

class transcript {
 public:
  /// Enough for ENTER with 31 levels, each read and write across a page boundary.
  static constexpr unsigned limit = 256;

  /// The next thing learnt, if it was before.
  bool recall(word& out) {
    if (next_ == count_) return false;
    out = learnt_[next_++];
    return true;
  }

  void note(word value) {
    UMBRA_ASSERT(next_ == count_ && count_ < limit);
    learnt_[count_++] = value;
    next_ = count_;
  }

  /// The instruction starts again.
  void rewind() { next_ = 0; }
  /// Another instruction starts.
  void clear() { count_ = next_ = 0; }

 private:
  std::array<word, limit> learnt_{};
  unsigned count_ = 0, next_ = 0;
};

}  // namespace umbra::emulate
