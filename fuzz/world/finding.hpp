// What the harness has to say against the core: which promise was broken, when, and how.
#pragma once

#include <cstddef>

namespace umbra::fuzz {

struct finding {
  /// The broken promise: an invariant ("I1" to "I15", see DESIGN), "outcome" (an access ended as the guest's tables do
  /// not allow), "memory" (guest memory changed where nothing was due, or not where something was), "status" (the VMM's
  /// interface answered wrongly), "assertion" (one of the core's own), or "incident" (the machine caught the core at
  /// something that a host would not survive).
  const char* id = "";
  char text[480] = {};  ///< one or more sentences, with the values
  std::size_t op = 0;   ///< index of the op after which it showed; before_first or at_end otherwise
  /// The entry at stake, if the promise is about one: the ordinal of its shadow page (no_page otherwise) and the index.
  unsigned page = no_page, index = 0;

  static constexpr std::size_t before_first = ~std::size_t{0}, at_end = ~std::size_t{0} - 1;
  static constexpr unsigned no_page = ~0u;
};

}  // namespace umbra::fuzz
