// What the checks of the emulator came to, for people and as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "fuzz/emulator/differential.hpp"
#include "fuzz/emulator/lengths.hpp"

namespace umbra::emucheck {

/// More than this share of executions with a known difference, and the comparison is worth too little.
constexpr double tolerated_percent = 1.0;

struct results {
  unsigned successes = 0;  ///< that each case needs
  bool whole = true;       ///< all forms were compared, not some that were asked for
  tally executions;
  length_tally forms, bytes;
  std::vector<std::string> complaints;  ///< about completeness
  double seconds = 0;

  /// Cases with fewer successes than they need.
  std::vector<const case_tally*> short_of() const;
  bool good() const;
};

/// The instruction and what is wrong with it, with its state before and after.
std::string describe(const comparison&, const std::string& what);
std::string describe(const verdicts&);

/// A few lines.
std::string summary(const results&);
/// One line a case.
std::string table(const tally&);
nlohmann::json as_json(const results&);

}  // namespace umbra::emucheck
