// The emulated machine's init, as a shell script that carries a plan out and says each step on the serial line.
#pragma once

#include <string>
#include <vector>

#include "tools/boot/plan.hpp"

namespace umbra::tools {

/// Lines that begin with this are ours; what lies between is what a step has printed.
constexpr const char* boot_mark = "@boot ";

std::string init_script(const std::vector<boot_load>&);

}  // namespace umbra::tools
