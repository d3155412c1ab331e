// How fast the fuzz target is beside one that does nothing, both measured in turns so that a busy machine disturbs them
// alike.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "tools/fuzz/target.hpp"

namespace umbra::tools {

/// How often in a second of a target's processor time something happens, and how many times more often the empty target
/// runs in one of its own.
struct event_rate {
  std::string what;
  double rate = 0, slower = 0;
};

/// One build's figures. Rates are per second of processor time on one core; those of several rounds are medians.
struct speed {
  std::string target;               ///< of fuzzing
  std::string preset;               ///< "lto" or "asan"
  double aim = 0;                   ///< `slower` should be at most this
  double empty_rate = 0;            ///< executions of the empty target
  double rate = 0;                  ///< executions of the target
  std::vector<double> ratios = {};  ///< empty to target, of each round
  double slower = 0;                ///< the median of the ratios
  double op_rate = 0;               ///< effective guest ops
  double ops_an_input = 0;          ///< effective ones
  double fault_or_table = 0;        ///< share of the effective ops that fault or write a table
  unsigned live_pages = 0;          ///< shadow pages at the end of an input, the median
  std::vector<event_rate> exits =
      {};  ///< of a target of exits: by reason, most frequent first, then emulated instructions
};

/// Fuzzes from the committed seeds for `seconds`, so that later runs start where a fuzzer usually is. Returns the
/// corpus.
std::filesystem::path grow_corpus(const fuzz_target&, unsigned seconds);

/// Measures a build for about `seconds`, in `speed_rounds` pairs of runs.
speed measure_speed(const fuzz_target&, const std::string& preset, double aim, const std::filesystem::path& corpus,
                    unsigned seconds);
constexpr unsigned speed_rounds = 5;

std::string speed_table(const std::vector<speed>&);
/// Of a target of exits: which, and how many.
std::string exit_rates_table(const speed&);
nlohmann::json to_json(const speed&);

}  // namespace umbra::tools
