// Judges a boot by what it said.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tools/boot/journal.hpp"
#include "tools/boot/plan.hpp"

namespace umbra::tools {

/// What one guest cost, by the names that umbra-vmm prints.
using figures = std::map<std::string, std::uint64_t>;

/// Takes the lines "# name value" out of a step's output.
figures figures_of(std::vector<std::string>& lines);

/// Lines of the kernel's log that a clean run has not.
std::vector<std::string> complaints_of(const std::vector<std::string>& log);

/// Everything that is wrong with a boot, one sentence each; empty if nothing is.
std::vector<std::string> faults_of(const journal&, const std::vector<boot_load>&);

/// How a mutant came to light.
struct catch_report {
  std::string load;       ///< under which; "" if nothing showed
  std::string invariant;  ///< "I3", or "assertion"; "" if neither spoke up
  std::string words;      ///< what the kernel's log, or else the guest, said of it; "" if nothing showed
};
/// By the first of its loads in which an invariant or an assertion spoke up; else the first in which anything showed.
catch_report caught(const journal&, const std::vector<boot_load>&);

}  // namespace umbra::tools
