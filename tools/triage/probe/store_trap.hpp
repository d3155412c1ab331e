// Catches every store to one word of memory, with the stack of who made it: the memory's page is made read-only, and
// each store to it is let through by itself.
#pragma once

#include <cstdint>

#include "tools/triage/probe/sighting.hpp"

namespace umbra::tools {

/// The last stacks from which a word was stored to.
struct store_stacks {
  static constexpr unsigned limit = 16;
  std::uint64_t count = 0;  ///< of all stores
  call_stack last[limit];   ///< by count modulo limit
};

/// From now on, until lift_trap(): notes the stores to the word. The process has one thread.
void set_trap(const std::uint64_t* word, store_stacks& into);
void lift_trap();

}  // namespace umbra::tools
