// What is known of one mutant when all engines are through with it.
#pragma once

#include <string>
#include <vector>

#include "tools/bugs/hunt.hpp"
#include "tools/bugs/kernel.hpp"
#include "tools/bugs/mutant.hpp"
#include "tools/bugs/proof.hpp"
#include "tools/bugs/survival.hpp"

namespace umbra::tools {

/// One fuzz engine's hunts.
struct fuzzing {
  fuzz_engine engine = fuzz_engine::libfuzzer;
  std::vector<hunted> hunts = {};  ///< one per seed, in order

  unsigned found_by() const;  ///< how many seeds
  bool always() const { return !hunts.empty() && found_by() == hunts.size(); }
};

struct verdict {
  mutant subject;
  std::string problem = {};             ///< why it is no mutant at all, or ""
  std::vector<fuzzing> fuzzed = {};     ///< by each engine that was asked
  std::vector<hunted> properties = {};  ///< by rapidcheck; one per seed, in order

  proof_result proof = {};
  kernel_result in_kernel = {};

  bool broken() const { return !problem.empty(); }
  /// By a fuzz engine, whatever its seed.
  bool found() const;
  /// Nobody found anything with any seed.
  bool quiet() const;
  bool refuted() const;  ///< all theorems that must be

  /// One for each engine that was asked.
  std::vector<survival> survivals() const;
};

}  // namespace umbra::tools
