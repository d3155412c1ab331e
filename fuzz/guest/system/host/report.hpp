// What a run of specimens says to people: one finding at length, the sums as a table, and as JSON.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "fuzz/guest/system/host/compare.hpp"

namespace umbra::system_guest {

/// One specimen: state, code, what was expected and what was seen.
std::string describe(std::uint32_t number, const mismatch&);
/// The state and the code of one.
std::string describe(const specimen&);

/// The sums of all machines.
std::string summary(const tally& sums);

nlohmann::json as_json(const tally& sums);

}  // namespace umbra::system_guest
