// The simulated machine as the platform of small parts.
#pragma once

#include "models/machine/machine.hpp"

namespace umbra::fuzz::properties {

/// A machine that is as new. Objects of the core that live on it must be gone before the next call.
inline machine::machine& bench() {
  static machine::machine m;
  m.reset();
  return m;
}

}  // namespace umbra::fuzz::properties
