// How long a planted bug survives an engine, over several seeds.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace umbra::tools {

struct survival {
  std::string engine;
  std::vector<std::optional<double>> seconds;  ///< one for each seed, in order; null: it was not found

  unsigned found() const;
  bool always() const { return !seconds.empty() && found() == seconds.size(); }
  /// Of all seeds, one without a finding being later than any; null if that is one.
  std::optional<double> median() const;
  std::optional<double> worst() const;
};

}  // namespace umbra::tools
