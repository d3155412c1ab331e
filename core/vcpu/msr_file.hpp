// The model-specific registers of one vCPU. Those that hardware uses while the guest runs have their values there
// (core/vmx): of them, only what they take is known here.
#pragma once

#include "core/vcpu/msr_table.hpp"

namespace umbra::vcpu {

class msr_file {
 public:
  static constexpr unsigned count = msr_table.size();
  static constexpr unsigned none = count;

  /// As after reset; the first of the vCPUs is the bootstrap processor.
  explicit msr_file(unsigned vcpu);

  /// The place in the table of the register with a number, or `none`.
  static unsigned find(word number);
  /// Whether a processor with such features has it.
  static bool present(unsigned n, const x86::features&);
  static constexpr const msr_description& describe(unsigned n) { return msr_table[n]; }

  word value(unsigned n) const { return values_[n]; }
  word value(x86::msr) const;
  void set(unsigned n, word value) { values_[n] = value; }

 private:
  std::array<word, count> values_{};
};

}  // namespace umbra::vcpu
