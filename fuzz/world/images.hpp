// The scenes as the machine restores them.
#pragma once

#include "models/machine/ram.hpp"

namespace umbra::fuzz {

/// What memory holds at the start in a scene; null: zeros. Built at first use, then kept.
const machine::image* image_of(unsigned scene);

}  // namespace umbra::fuzz
