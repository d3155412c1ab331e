// The guest entries that a scene's tables use for an address: where a program may strike to change what an earlier op
// relied on. A hint from the first state of memory, not a walk: rights and reserved bits do not matter here.
#pragma once

#include <array>
#include <cstdint>

#include "fuzz/scene/scene.hpp"

namespace umbra::fuzz {

struct path {
  struct step {
    std::uint64_t gpa = 0;    ///< of the entry
    unsigned bytes = 8;
    std::uint64_t entry = 0;
    unsigned level = 1;
  };
  std::array<step, 4> steps{};
  unsigned count = 0;  ///< 0: there is no paging, or no root
};

/// `mode` real and paging_off give an empty path.
path path_of(const image&, start mode, std::uint64_t cr3, std::uint64_t gva);

}  // namespace umbra::fuzz
