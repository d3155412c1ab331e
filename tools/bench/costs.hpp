// What one input of a fuzz target costs, part by part: instructions of a fixed row of inputs, as callgrind counts them.
// Unlike times they repeat, so that a change that makes fuzzing slower shows.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "tools/fuzz/target.hpp"

namespace umbra::tools {

struct cost {
  std::string part;
  double instructions = 0;  ///< of one input, on average
};

struct costs {
  std::string target;
  unsigned inputs = 0;
  double ops_an_input = 0;       ///< effective ones
  double exits_an_input = 0;     ///< VM exits, of a target that is judged by them; else 0
  std::vector<cost> parts = {};  ///< the dearest first

  double total() const;
};

/// Mutates the committed seeds into a row of inputs, the same one for the same sources, and counts.
costs measure_costs(const fuzz_target&);
/// Whether they can be: of a target whose inputs are programs.
bool has_costs(const fuzz_target&);

/// The part that a function belongs to, by its mangled name: the namespace inside umbra, or "libc" and the like.
std::string_view part_of(std::string_view symbol);
/// What a callgrind output, written without compression and demangling, has for each part, divided by `inputs`.
std::vector<cost> costs_by_part(std::string_view output, unsigned inputs);

std::string costs_table(const costs&);
nlohmann::json to_json(const costs&);

}  // namespace umbra::tools
