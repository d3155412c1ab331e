// A storm: entries change at random, at each level and by every kind of write, control registers change, and accesses
// of every kind go through all that; each is judged by the reference model.
#pragma once

#include "tools/vmm/guests/storm/plan.hpp"

namespace umbra::guests::storm {

/// Paging is on, with the plan's first root. Ends the guest with a complaint if anything is not as the model has it.
void rage(const plan&, std::uint32_t seed);

}  // namespace umbra::guests::storm
