// Where the guest's tables and the shadow's part: the paths to the address at stake side by side, and what each of them
// grants to whom.
#pragma once

#include "fuzz/world/world.hpp"
#include "tools/run/paper.hpp"
#include "tools/triage/probe/sighting.hpp"

namespace umbra::tools {

/// Draws the address that a finding is about: that of the shadow entry at stake, if a live root leads there, and that
/// of the op (null: none). The world is as it was when the finding showed, or just before it is let go.
void show_parting(paper&, fuzz::world&, const fuzz::op*, const sighting&);

}  // namespace umbra::tools
