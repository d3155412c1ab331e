// The general registers of a vCPU, and those that go with them: RIP, RFLAGS, CR2.
#pragma once

#include <array>

#include <word/array.hpp>

#include "core/x86/flags.hpp"

namespace umbra::vcpu {

/// Numbers as instructions encode them (SDM volume 2, table 2-2).
namespace general {
constexpr unsigned rax = 0, rcx = 1, rdx = 2, rbx = 3, rsp = 4, rbp = 5, rsi = 6, rdi = 7, count = 16;
}

class general_registers {
 public:
  /// `number` is 0 to 15.
  word get(word number) const { return pick(values_, number); }
  void set(word number, word value) { at(values_, number) = value; }
  /// The lower half, which is all that counts outside 64-bit operands.
  word get_32(word number) const { return field(get(number), 0, 32); }

  /// What RDMSR and its like give and take.
  word edx_eax() const { return get_32(word{general::rax}) | get_32(word{general::rdx}) << 32; }
  void set_edx_eax(word value) {
    set(word{general::rax}, field(value, 0, 32));
    set(word{general::rdx}, field(value, 32, 32));
  }

  /// Whether RIP and the general registers are the same.
  flag same_as(const general_registers& other) const {
    flag same = rip == other.rip;
    for (unsigned n = 0; n < general::count; ++n) same = both(same, values_[n] == other.values_[n]);
    return same;
  }

  word rip{};
  word rflags{x86::rflags::fixed};
  word cr2{};

 private:
  friend struct register_layout;

  std::array<word, general::count> values_{};
};

}  // namespace umbra::vcpu
