// The bench's results, for people and for programs.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "tools/bugs/bench.hpp"

namespace umbra::tools {

std::string table_head();
/// One line, with its newline.
std::string table_row(const verdict&);
/// "31 of 32 found, ..." without a newline.
std::string table_foot(const std::vector<verdict>&);
nlohmann::json to_json(const std::vector<verdict>&);

}  // namespace umbra::tools
