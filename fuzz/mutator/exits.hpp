// Ops of exits: single ones, and short sequences around one.
#pragma once

#include "fuzz/mutator/composer.hpp"

namespace umbra::fuzz {

/// Appends one op of exits, of any kind.
void add_exit(composer&);
/// Appends an exit with what leads to it and what it leads to, chosen at random.
void add_exit_motif(composer&);
/// Changes something in an op of exits.
void tweak_exit(op&, composer&);

}  // namespace umbra::fuzz
