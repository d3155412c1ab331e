// What would a processor have done? The instruction of a trial, executed by Unicorn, which is QEMU's processor without
// paging and privilege.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "fuzz/trial/trial.hpp"
#include "tools/triage/probe/isolation.hpp"

namespace umbra::tools {

/// Lines for people: what it made of the instruction beside what the emulator made of it, or why it cannot be asked.
std::vector<std::string> ask_unicorn(isolation&, const fuzz::trial&, const std::filesystem::path& work);

}  // namespace umbra::tools
