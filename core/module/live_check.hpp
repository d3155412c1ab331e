// Checks a VM's invariants while it runs, by the very code of models/invariants.
//
// What the checkers judge by is kept here: where the VMM put its memory, and the frames that were pinned for it. The
// vCPUs' registers are the core's own: which writes to them are right is not a matter of the MMU's state.
//
// A VMM that writes to its guest's page tables while they are shadowed does so behind the core's back, and the checker
// cannot know: it will report a shadow that lags behind.
#pragma once

#include <array>

#include "core/module/glue.h"
#include "models/invariants/check.hpp"

namespace umbra::module {

class live_check {
 public:
  explicit live_check(platform::host& h) : host_(h) {}
  ~live_check();
  live_check(const live_check&) = delete;
  live_check& operator=(const live_check&) = delete;

  /// A slot is about to change: makes room for its frames. False: no memory. Until conclude() there is nothing to check
  /// by.
  bool prepare(const umbra_slot&);
  /// pin() has given a frame: the next one of the slot.
  void pinned(std::uint64_t frame) { fresh_[fresh_count_++] = frame; }
  /// The slot has changed (`done`), or not.
  void conclude(unsigned id, const umbra_slot&, bool done);

  /// The first invariant that does not hold, if any.
  invariants::violation check(const umbra_core&);

 private:
  void release(std::uint64_t* frames, std::uint64_t pages);

  platform::host& host_;
  reference::memory_map map_{.slot_count = umbra_slot_limit, .alias_count = 0};
  std::array<std::uint64_t*, umbra_slot_limit> frames_{};
  std::uint64_t* fresh_ = nullptr;
  std::uint64_t fresh_count_ = 0;
  bool settled_ = true;  ///< under the MMU lock, as the map is
  std::array<reference::registers, umbra_vcpu_limit> registers_{};
  invariants::workspace workspace_{};
};

}  // namespace umbra::module
