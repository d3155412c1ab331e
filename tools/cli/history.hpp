// What the verbs have measured, run after run: ./umbra report shows it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace umbra::tools {

/// Writes `report` to ROOT/build/reports/NAME.json, and adds it to ROOT/build/reports/history/NAME.jsonl: one line a
/// run, an object of `at` (UTC, as ISO 8601 has it), `commit` ("" outside a repository), `changed` (the tree differs
/// from it) and `report`.
void keep_report(const std::string& name, const nlohmann::json& report);

}  // namespace umbra::tools
