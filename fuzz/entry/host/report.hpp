// What a run says to people.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "fuzz/entry/host/compare.hpp"

namespace umbra::entrycheck {

/// One attempt that the model does not explain: how it ended, which rules it breaks, and its guest.
std::string describe(std::uint32_t number, const mismatch& m);

/// The sums of all machines, but for known differences.
std::string summary(const tally& sums);
nlohmann::json as_json(const tally& sums);

}  // namespace umbra::entrycheck
