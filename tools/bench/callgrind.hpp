// Counts the instructions of a program's measured_region() (tools/bench/measured.hpp).
#pragma once

#include <string>
#include <vector>

namespace umbra::tools {

/// Runs a program under callgrind and returns what both print. `name` is of its log. Throws `error` if it fails.
std::string callgrind(const std::vector<std::string>& program, const std::string& name);

/// The number that follows `mark` in such a log; throws `error` if it is not there.
unsigned long long number_after(const std::string& log, const std::string& mark);
/// All that were counted; throws `error` if there are none.
unsigned long long instructions_in(const std::string& log);

}  // namespace umbra::tools
