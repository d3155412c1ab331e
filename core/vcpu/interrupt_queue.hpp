// The external interrupts that wait for a vCPU, by vector: a higher one goes first, as local APICs and this project's
// userspace have it. Each waits once, however often it was asked for.
#pragma once

#include <array>

#include <word/word.hpp>

namespace umbra::vcpu {

class interrupt_queue {
 public:
  static constexpr unsigned vectors = 256, words = vectors / 64;

  flag empty() const { return used_ == word{0}; }
  /// The vector that goes first. Not of an empty queue.
  word first() const;
  /// Whether a second one waits behind the first.
  flag several() const;
  /// `vector` is 0 to 255.
  void add(word vector);
  void remove(word vector);

  /// All of them, 64 a word, to be saved and restored.
  word bits(unsigned n) const { return waiting_[n]; }
  void set_bits(unsigned n, word);

 private:
  std::array<word, words> waiting_{};
  word used_{};  ///< bit n: some bit of waiting_[n] is set
};

}  // namespace umbra::vcpu
