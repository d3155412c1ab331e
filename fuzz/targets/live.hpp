// What a running fuzz target shows to whoever watches it: one page in a file that both map, named by UMBRA_STATS.
#pragma once

#include <cstdint>
#include <type_traits>

#include "fuzz/world/tally.hpp"

namespace umbra::fuzz {

/// All zero at first. Written by the target after each input, without locks: a reader may see one number newer than the
/// next.
struct live {
  static constexpr std::uint64_t current_version = 2;

  std::uint64_t version = 0;     ///< current_version once the target has written the rest
  std::uint64_t executions = 0;  ///< inputs
  tally counts{};
  std::uint64_t live_pages[256] = {};  ///< how many inputs ended with this many live shadow pages (the last: or more)
  char finding_id[16] = {};            ///< the invariant or promise that broke, or ""
  char finding_text[1008] = {};        ///< one or more sentences
};

static_assert(std::is_trivially_copyable_v<live>);
static_assert(sizeof(live) <= 4096);

/// The file's size.
constexpr std::uint64_t live_bytes = 4096;

}  // namespace umbra::fuzz
