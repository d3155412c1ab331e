// The differences between model and emulator that are known, each a predicate with the place in the SDM that settles
// it.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "fuzz/entry/host/model.hpp"

namespace umbra::entrycheck {

enum class effect {
  overlooked,  ///< the emulator does not check the rule in this state
  otherwise,   ///< it fails in another way: `failure`
  added,       ///< it refuses though no rule is broken, by `failure`
};

struct difference {
  std::string_view name, citation;
  effect what;
  /// Whether it shows in this state. `rule` is one that is broken; for what is added, any.
  bool (*shows)(const judged&, const reference::entry_rule& rule);
  reference::entry_failure failure = reference::entry_failure::guest;
};

std::span<const difference> known_differences();

/// The verdict as the emulator's would be, by the known differences, from the rules that are broken. `used` gets the
/// numbers of the differences that changed something.
reference::entry_verdict as_emulated(const judged& j, const std::vector<unsigned>& broken, std::vector<unsigned>& used);

}  // namespace umbra::entrycheck
