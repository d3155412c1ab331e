// Runs a piece of code on every path that some input takes: depth first, by running it again for each.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "models/smt/path.hpp"
#include "models/smt/prefix.hpp"
#include "models/smt/share.hpp"

namespace umbra::smt {

/// What an exploration did. Sums over its parts are the same however it was divided, but for solver calls.
struct tally {
  std::uint64_t paths = 0;   ///< run to their end
  std::uint64_t closed = 0;  ///< ended by an assumption
  std::uint64_t forks = 0, forced = 0;
  std::uint64_t discharged = 0;  ///< obligations that the solver showed to hold
  std::uint64_t obvious = 0;     ///< obligations that need no solver
  std::uint64_t solver_calls = 0;
  std::uint64_t microseconds = 0;  ///< of processor time
  share seen;                      ///< of the tree

  tally& operator+=(const tally&);
};

struct exploration {
  tally done;
  std::vector<prefix> remaining;  ///< what the budget left
  bool refuted = false;
  failure_kind failed = failure_kind::none;
  std::string what;                ///< of the refutation or failure
  std::vector<std::string> cases;  ///< as told by on_case(): the refuting one, or one of each path

  bool sound() const { return !refuted && failed == failure_kind::none; }
};

/// The code to explore. It must ask the same questions whenever the same decisions are taken.
using subject = std::function<void(path&)>;

struct request {
  prefix from = {};
  smt::limits limits = {};
  std::uint64_t budget = ~std::uint64_t{0};  ///< paths after which the rest is left to others
  bool wants_cases = false;                  ///< one of each path
};

/// Ends at the first refutation or failure.
exploration explore(const subject&, const request& = {});

}  // namespace umbra::smt
