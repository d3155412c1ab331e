// Two guests, each with a shadow page that links to others, whatever led to it.
#pragma once

#include "core/mmu/meaning.hpp"
#include "core/mmu/page.hpp"
#include "models/reference/registers.hpp"
#include "proofs/guest.hpp"
#include "proofs/story.hpp"

namespace umbra::proofs {

struct parent {
  register_values written{};
  reference::registers guest{};
  mmu::page page{};
  word index{};         ///< of the shadow entry
  word entry{};         ///< of the guest's table that it reflects; unused in direct pages
  mmu::meaning says{};  ///< what the core makes of it: a link
};

/// Any page of this kind that any guest may have, and any entry of it that leads to another page.
parent any_parent(smt::path&, platform::host&, memory::space&, const parent_kind&, x86::features);

/// An access through the page that both link to.
struct shared_access {
  word below{};  ///< the entry that it uses there, in a guest's table
  reference::access by{};
};
shared_access any_shared_access(smt::path&, const parent_kind&);

/// An op file in which two vCPUs reach the shared page, the first as its path allows.
std::string tale_of_two_paths(story, const smt::witness&, const x86::features&, const parent& one, const parent& other,
                              const shared_access&);

}  // namespace umbra::proofs
