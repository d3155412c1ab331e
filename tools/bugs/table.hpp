// The bench's results, for people and for programs.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "tools/bugs/verdict.hpp"

namespace umbra::tools {

/// Of several engines, the first has the columns that each bench has; the others follow after properties.
std::string table_head(const std::vector<fuzz_engine>& = {fuzz_engine::libfuzzer});
/// One line, with its newline.
std::string table_row(const verdict&);
/// "31 of 32 found, ..." without a newline.
std::string table_foot(const std::vector<verdict>&);
nlohmann::json to_json(const std::vector<verdict>&);

}  // namespace umbra::tools
