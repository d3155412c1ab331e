// What would a processor have done? The guest's accesses and writes to registers of an input, made again on bare
// emulated hardware.
#pragma once

#include <string>
#include <vector>

#include "tools/triage/probe/isolation.hpp"
#include "tools/triage/probe/subject.hpp"

namespace umbra::tools {

/// Lines for people: each access and each write to CR0, CR3, CR4 or EFER with what the processor did, and whether that
/// is what the model says. `engine` is "qemu" or "bochs"; of registers only the latter is asked. Each begins with empty
/// TLBs, the guest's registers, and those of its tables that count, as they are then.
std::vector<std::string> ask_processor(isolation&, subject&, const fuzz::program&, const std::string& engine,
                                       const std::filesystem::path& work);

}  // namespace umbra::tools
