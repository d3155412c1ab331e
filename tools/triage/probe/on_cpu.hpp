// What would a processor have done? The guest's accesses of an input, made again on bare emulated hardware.
#pragma once

#include <string>
#include <vector>

#include "tools/triage/probe/isolation.hpp"
#include "tools/triage/probe/subject.hpp"

namespace umbra::tools {

/// Lines for people: each access with what the processor did, and whether that is what the model says. `engine` is
/// "qemu" or "bochs". Only accesses are asked about, each with empty TLBs and the guest's tables as they are then.
std::vector<std::string> ask_processor(isolation&, subject&, const fuzz::program&, const std::string& engine,
                                       const std::filesystem::path& work);

}  // namespace umbra::tools
