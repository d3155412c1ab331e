// Makes an input as simple as it can be while the same still breaks.
#pragma once

#include "tools/triage/probe/isolation.hpp"

namespace umbra::tools {

struct reduction {
  specimen least;
  std::size_t tried = 0, taken = 0;  ///< candidates
  bool ended = true;                 ///< nothing simpler breaks the same; else time was over
};

/// Removes ops first, then simplifies what is left of them, the set-up included; `seconds` at most.
reduction reduce(isolation&, specimen, const sighting& like, double seconds);

}  // namespace umbra::tools
