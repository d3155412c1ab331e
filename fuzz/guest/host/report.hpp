// What a run says to people: one finding at length, the sums as a table, and as JSON.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "fuzz/guest/host/compare.hpp"

namespace umbra::opguest {

/// One access: state, walk, what was expected and what was seen.
std::string describe(std::uint32_t number, unsigned index, const mismatch& m, const table_memory& memory);

/// The sums of all machines.
std::string summary(const tally& sums);

nlohmann::json as_json(const tally& sums);

}  // namespace umbra::opguest
