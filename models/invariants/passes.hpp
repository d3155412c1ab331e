// The passes of check_all(), in the order in which it makes them. Each returns the first violation that it finds.
#pragma once

#include "models/invariants/check.hpp"

namespace umbra::invariants::passes {

/// The core's slots, aliases and logs are those of the memory map; the logs have what was written (I1, I4).
violation memory(const subject&, depth);
/// The last part of that by itself: the logs have what was written (I4).
violation logs(const subject&);

/// Decodes every live page into the workspace, and notes which frames hold guest tables. What is wrong with a page in
/// itself ends the check; two pages on one table as well (I8).
violation pages(const subject&, workspace&);

/// Every entry of every live page (I1, I2, I3, I4, I7a, I7b, I9); counts leaves by frame and links by target.
violation entries(const subject&, workspace&);

/// Every vCPU's roots are what its registers imply; pages know how many roots they are (I10).
violation roots(const subject&, workspace&);
/// The same without the counts: what can be said of one vCPU's roots.
violation roots_of(const subject&, const mmu::context&);

/// Chains: each frame's reverse map (I5), each page's parents (I6). Frames that nothing uses list nothing (I5, I8).
violation chains(const subject&, workspace&);

/// One live page per (gfn, role); hash, list of pages by use, frames' lists of shadows agree with the live pages (I8).
violation identities(const subject&, workspace&);

/// No processor has still to be told of a right that was removed (I11).
violation settled(const subject&);

/// Every page of the pool is in exactly one state and accounted for; with `thorough`, free pages hold nothing (I12,
/// I1).
violation resources(const subject&, workspace&, depth);

}  // namespace umbra::invariants::passes
