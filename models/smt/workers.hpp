// Explorations spread over processes.
//
// Z3 and the terms are one to a process, so workers are forks. Each explores a part of a tree for a while and sends
// back what it found and which ways it left open; those are parts for others. How it was divided changes no total, and
// every tree must add up to one whole: a part that got lost is a failure.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "models/smt/explorer.hpp"

namespace umbra::smt {

struct division {
  unsigned workers = 1;
  std::uint64_t budget = 64;  ///< paths that a worker explores before it hands over the rest
  smt::limits limits = {};
  bool wants_cases = false;
  bool until_refuted = false;         ///< leaves the other subjects once one is refuted
  std::function<void()> at_end = {};  ///< in each worker, before it ends
};

struct progress {
  std::size_t finished = 0, subjects = 0;
  std::uint64_t paths = 0, solver_calls = 0;
  std::size_t parts_open = 0;
};

/// Explores each subject to its end; results in their order. `tell` is called now and then.
std::vector<exploration> explore_all(std::span<const subject>, const division&,
                                     const std::function<void(const progress&)>& tell = {});

}  // namespace umbra::smt
