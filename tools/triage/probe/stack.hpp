// Call stacks: taken where something happens, put into words later.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/triage/frame.hpp"
#include "tools/triage/probe/sighting.hpp"

namespace umbra::tools {

/// The caller's stack. May be called in a signal handler, once it has been called outside of one.
void take_stack(call_stack&);

/// The functions of a stack, inlined ones included, by llvm-symbolizer; `work` is a directory for its output. Empty if
/// it cannot say.
std::vector<frame> symbolise(const call_stack&, const std::string& work);
/// The functions of the first stack in a sanitizer's report.
std::vector<frame> stack_in_report(std::string_view report);
/// Those of the core, from the innermost on.
std::vector<frame> core_frames(const std::vector<frame>&);

}  // namespace umbra::tools
