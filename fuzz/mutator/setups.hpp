// Random set-ups, weighted by what there is to find under them.
#pragma once

#include "fuzz/mutator/random.hpp"
#include "fuzz/op.hpp"

namespace umbra::fuzz {

setup random_setup(random&);

}  // namespace umbra::fuzz
