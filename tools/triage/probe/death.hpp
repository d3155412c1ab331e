// How a process that ran an input ended, when it did not end as it should.
#pragma once

#include <string_view>

#include "tools/triage/probe/sighting.hpp"

namespace umbra::tools {

/// Exit statuses of a process that runs inputs.
namespace ending_status {
constexpr int all_ran = 0, alike_found = 10, hung = 11;
}

/// Says in `s` what it died of, from what it wrote to its log and from its wait status: "sanitizer", "memory", "leak",
/// "timeout", "crash". `over_memory`: it was ended for taking too much.
void describe_death(sighting& s, int wait_status, std::string_view log, bool over_memory);

}  // namespace umbra::tools
