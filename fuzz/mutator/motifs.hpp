// Short sequences of ops that strain what every shadow MMU must keep in step. None aims at a particular mistake.
#pragma once

#include "fuzz/mutator/composer.hpp"

namespace umbra::fuzz {

/// Appends one motif, chosen at random.
void add_motif(composer&);
/// Appends accesses to many different tables.
void add_spread(composer&, unsigned accesses);
/// Appends one op that walks through tables of their own: many live shadow pages at the price of one op.
void add_sweep(composer&);

}  // namespace umbra::fuzz
