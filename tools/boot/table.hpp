// What a boot measured, for people and for programs.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tools/boot/verdict.hpp"

namespace umbra::tools {

/// One guest's run: "checked/level4", and its figures.
using measured = std::pair<std::string, figures>;

std::vector<measured> measurements_of(const journal&, const std::vector<boot_load>&);
std::string boot_table(const std::vector<measured>&);
nlohmann::json boot_json(const std::vector<measured>&, const std::vector<std::string>& faults,
                         const std::string& kernel);

}  // namespace umbra::tools
