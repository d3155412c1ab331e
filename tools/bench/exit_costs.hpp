// Instructions from a VM exit to where the next VM entry is prepared, by what the exit is for, as callgrind counts
// them.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace umbra::tools {

/// The average of exits of one kind.
struct exit_cost {
  std::string kind;  ///< as tools/bench/exits.cpp has it
  double instructions = 0;
};

std::vector<exit_cost> count_exit_costs();
std::string exit_costs_table(const std::vector<exit_cost>&);
nlohmann::json to_json(const exit_cost&);

}  // namespace umbra::tools
