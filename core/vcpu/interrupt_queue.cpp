#include "core/vcpu/interrupt_queue.hpp"

#include <word/array.hpp>

#include "core/vcpu/highest_bit.hpp"

namespace umbra::vcpu {

namespace {

constexpr unsigned word_shift = 6;
constexpr std::uint64_t word_mask = (std::uint64_t{1} << word_shift) - 1;

}  // namespace

word interrupt_queue::first() const {
  const word n = highest_bit(used_);
  return (n << word_shift) | highest_bit(pick(waiting_, n));
}

flag interrupt_queue::several() const {
  const auto plural = [](word bits) { return (bits & (bits - word{1})) != word{0}; };
  return both(negate(empty()), either(plural(used_), plural(pick(waiting_, highest_bit(used_)))));
}

void interrupt_queue::add(word vector) {
  const word n = vector >> word_shift;
  word& bits = at(waiting_, n);
  bits = bits | (word{1} << (vector & word{word_mask}));
  used_ = used_ | (word{1} << n);
}

void interrupt_queue::remove(word vector) {
  const word n = vector >> word_shift;
  word& bits = at(waiting_, n);
  bits = bits & ~(word{1} << (vector & word{word_mask}));
  used_ = used_ & ~select(bits == word{0}, word{1} << n, word{0});
}

void interrupt_queue::set_bits(unsigned n, word bits) {
  waiting_[n] = bits;
  const std::uint64_t mask = std::uint64_t{1} << n;
  used_ = (used_ & word{~mask}) | when(bits != word{0}, mask);
}

}  // namespace umbra::vcpu
