// VM exits, and what the core made of them, in words.
#pragma once

#include <string>

#include "fuzz/world/observer.hpp"

namespace umbra::tools {

/// A basic exit reason: "CPUID", "reason 77".
std::string reason_in_words(std::uint64_t);
/// "page fault at 0x400000, code 0x2 (not present, write)", "MOV to CR3 from RAX", "reason 77, qualification 0x1".
std::string exit_in_words(const machine::exit_information&);
/// "resume", "inject #GP, code 0x0", "leave to the VMM: hlt".
std::string answer_in_words(const fuzz::exit_event&);
/// "#PF, code 0x2", "interrupt 48", "NMI".
std::string event_in_words(std::uint64_t information, std::uint64_t error_code);

}  // namespace umbra::tools
