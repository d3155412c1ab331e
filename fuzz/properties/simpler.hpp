// Programs that are a little simpler than a given one: what shrinking tries next.
#pragma once

#include <rapidcheck.h>

#include "fuzz/ops/program.hpp"

namespace umbra::fuzz::properties {

/// Canonical programs with fewer ops, simpler ops, or a more ordinary set-up; the greatest steps come first. Each is
/// simpler by a measure that cannot fall for ever, so repeating this ends.
rc::Seq<program> simpler(const program&);

}  // namespace umbra::fuzz::properties
