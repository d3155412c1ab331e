// What a run says to people.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "fuzz/registers/host/compare.hpp"

namespace umbra::registercheck {

/// One trial: what was executed in which state, what came of it, and what is wrong with that.
std::string describe(std::uint32_t number, const mismatch&);

/// The sums of all machines, but for known differences.
std::string summary(const tally&);
nlohmann::json as_json(const tally&);

}  // namespace umbra::registercheck
