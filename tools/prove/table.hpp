// Verdicts for people and for programs.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>

#include "tools/prove/verdict.hpp"

namespace umbra::tools {

/// What a theorem says and takes for granted, before its rows.
std::string heading(const proofs::theorem&);
std::string row_titles();
/// A row for each mode, failures named; then what was covered.
std::string rows(const theorem_verdict&);
nlohmann::json to_json(std::span<const theorem_verdict>);

}  // namespace umbra::tools
