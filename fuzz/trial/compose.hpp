// Trials made by chance: instructions that mean something, in states that strain them. Knows no engine.
#pragma once

#include "fuzz/mutator/random.hpp"
#include "fuzz/trial/trial.hpp"

namespace umbra::fuzz {

/// A trial of some form of some instruction.
trial compose_trial(random&);
/// Changes a few things about a trial.
void mutate_trial(trial&, random&);
/// The instruction of one with the state of another.
trial cross_trials(const trial&, const trial&, random&);

}  // namespace umbra::fuzz
