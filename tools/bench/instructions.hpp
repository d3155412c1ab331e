// Instructions that an operation of the MMU takes, and how that grows, as callgrind counts them: repeatable, unlike
// time.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace umbra::tools {

/// The average count of one operation, at one scale.
struct scaled_count {
  unsigned pages = 0;    ///< live shadow pages
  unsigned mappers = 0;  ///< leaves that map the frame at stake
  double instructions = 0;
};

struct instruction_count {
  std::string operation;                      ///< as tools/bench/operations.cpp has it
  std::vector<scaled_count> by_pages = {};    ///< more and more pages, one mapper
  std::vector<scaled_count> by_mappers = {};  ///< more and more mappers, 100 pages or what so many mappers need
};

std::vector<instruction_count> count_instructions();
/// From the output of one run under callgrind, for `repeats` operations; throws `error` if it is not there.
scaled_count read_count(const std::string& log, unsigned repeats);

std::string instructions_table(const std::vector<instruction_count>&);
nlohmann::json to_json(const instruction_count&);

}  // namespace umbra::tools
