// A finding as a C++ test that fails until the defect is mended.
#pragma once

#include <string>

#include "tools/triage/record.hpp"

namespace umbra::tools {

/// A whole file for GoogleTest. Programs need umbra_world, trials umbra_trial (and, judged by others,
/// umbra_unicorn_judge).
std::string regression_test(const record&);

}  // namespace umbra::tools
