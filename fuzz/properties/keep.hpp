// Where a program that breaks a property is kept.
#pragma once

#include <string>
#include <string_view>

#include "fuzz/ops/program.hpp"

namespace umbra::fuzz::properties {

/// Writes the program as text, in place of what the property of that name left before: after shrinking, the file holds
/// the simplest one. Returns its path.
std::string keep(std::string_view property, const program&);

}  // namespace umbra::fuzz::properties
