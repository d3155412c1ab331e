// The known-bug bench: builds mutants and hunts them, several at a time.
#pragma once

#include <functional>

#include "tools/bugs/verdict.hpp"
#include "tools/mutate/plan.hpp"

namespace umbra::tools {

struct bench_request {
  std::vector<mutant> mutants;
  std::filesystem::path seeds;  ///< raw inputs, in a directory for each target
  std::filesystem::path work;
  unsigned seconds = 60, hunts = 1, jobs = 1;
  std::vector<fuzz_engine> engines{fuzz_engine::libfuzzer};
  const build_plan& plan;                ///< of libFuzzer's targets, if it is asked, and of properties
  const build_plan* afl = nullptr;       ///< of AFL++'s targets, if it is asked
  const build_plan* theorems = nullptr;  ///< null: they are not tried
  bool properties = true;                ///< rapidcheck's are tried as well
  kernel_bench* kernel = nullptr;        ///< null: nothing is booted
};

/// Runs them all; tells `done` of each as it ends, one at a time.
std::vector<verdict> run_bench(const bench_request&, const std::function<void(const verdict&)>& done);

}  // namespace umbra::tools
