// Roughly where a program is: which vCPU runs, and in which paging mode and under which root each one is. Enough to aim
// ops at what matters there; the world is the one who knows.
#pragma once

#include <array>
#include <cstdint>

#include "fuzz/op.hpp"

namespace umbra::fuzz {

class tracker {
 public:
  struct registers {
    std::uint64_t cr0 = 0x60000010, cr3 = 0, cr4 = 0, efer = 0;
  };

  explicit tracker(const setup&);
  void follow(const op&);

  start mode() const;
  unsigned current() const { return current_; }
  const registers& now() const { return vcpus_[current_]; }

 private:
  std::array<registers, 2> vcpus_{};
  unsigned current_ = 0;
};

}  // namespace umbra::fuzz
