// The known-bug bench: builds mutants and hunts them, several at a time.
#pragma once

#include <functional>

#include "tools/bugs/hunt.hpp"
#include "tools/bugs/mutant.hpp"
#include "tools/bugs/proof.hpp"
#include "tools/bugs/survival.hpp"
#include "tools/mutate/plan.hpp"

namespace umbra::tools {

struct verdict {
  mutant subject;
  std::string problem = {};             ///< why it is no mutant at all, or ""
  std::vector<hunted> hunts = {};       ///< by libFuzzer; one per seed, in order
  std::vector<hunted> properties = {};  ///< by rapidcheck, the same

  proof_result proof = {};

  bool found() const;    ///< by every seed
  bool refuted() const;  ///< all theorems that must be
  bool broken() const { return !problem.empty(); }
  unsigned found_by() const;  ///< how many seeds

  /// One for each engine that was asked.
  std::vector<survival> survivals() const;
};

struct bench_request {
  std::vector<mutant> mutants;
  std::filesystem::path seeds;  ///< raw inputs, in a directory for each target
  std::filesystem::path work;
  unsigned seconds = 60, hunts = 1, jobs = 1;
  const build_plan& plan;                ///< of fuzz targets and properties
  const build_plan* theorems = nullptr;  ///< null: they are not tried
  bool properties = true;                ///< rapidcheck's are tried as well
};

/// A mutant of nothing: the tree as it is, in which a target may find nothing.
mutant clean_tree(const std::string& target = "mmu");
bool is_clean_tree(const mutant&);

/// Runs them all; tells `done` of each as it ends, one at a time.
std::vector<verdict> run_bench(const bench_request&, const std::function<void(const verdict&)>& done);

}  // namespace umbra::tools
