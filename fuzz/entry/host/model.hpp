// What the reference model says of a state on the processor that the program found.
#pragma once

#include <vector>

#include "fuzz/entry/shared/capabilities.hpp"
#include "fuzz/entry/shared/state.hpp"
#include "models/reference/vm_entry/check.hpp"

namespace umbra::entrycheck {

/// The processor, as the model takes it.
reference::vmx_processor processor_of(const capabilities& c);

/// The memory that states refer to, as the program has filled it; zeros elsewhere.
class state_memory {
 public:
  state_memory(const state& s, const capabilities& c) : state_(s), capabilities_(c) {}
  word read(word address, unsigned bytes) const;

 private:
  const state& state_;
  const capabilities& capabilities_;
};

/// A state in the model's eyes.
struct judged {
  const state& tried;
  const capabilities& machine;
  reference::vmx_processor processor;
  reference::entry_verdict verdict;

  judged(const state& s, const capabilities& c);
  /// Asks each rule: the numbers of those that do not hold.
  std::vector<unsigned> broken() const;
  /// The MSR-load entry that fails first, as if all else were right.
  word failing_msr() const;
};

}  // namespace umbra::entrycheck
