// What the deep check says of an input, beside what the run itself said.
#pragma once

#include <string>
#include <vector>

#include "models/smt/explorer.hpp"

namespace umbra::tools {

struct deep_verdict {
  std::string input;
  std::string concrete;  ///< the id of what the run found, or ""
  std::size_t tables = 0;
  std::vector<smt::exploration> vcpus = {};

  /// Some access is let through that should not be.
  bool refuted() const;
  /// The run checks the same promises (I1 to I4, I9, I10) entry by entry, so whatever is refuted here must have stopped
  /// it. Not the other way about: it also looks at entries that no root leads to. A state left unjudged agrees with
  /// nothing.
  bool agrees() const;
  std::string text() const;
};

/// A row for each input, failures in full.
std::string deep_table(const std::vector<deep_verdict>&);
std::string to_json(const std::vector<deep_verdict>&);

}  // namespace umbra::tools
