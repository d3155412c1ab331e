// A trial as text, for people and for the repository: one fact a line, those that are zero left out.
//
//   umbra-instruction 1
//   mode long64                # real virtual8086 flat16 flat32 paged32 pae compatibility long64
//   cpl 3
//   ordeal device              # none device steps repair race shadows
//   code f0 48 01 03
//   rip 0x10                   # from 0x1000
//   rbx 0x5000                 # any general register
//   flags 0x202
//   selectors 0 0x10 0 0 0 0   # ES CS SS DS FS GS, real and virtual-8086 mode
//   fs-base 0x100              # and gs-base: 64-bit mode
//   system wp smap             # wp smep smap pse de am gd in-core vme pvi
//   segment ds limit 0x4ff     # limit unusable read-only expand-down small based code; a number in units of 16 bytes
//   poke 0x5000 8 = 0x1234     # memory before it runs
//   page 5                     # repair: the page that comes late
//   race 3 -2 4 = 0xff         # race: before which read, where from the operand, how many bytes, what
//   judge 200                  # below 32, other emulators are asked
#pragma once

#include <string>
#include <string_view>

#include "fuzz/trial/trial.hpp"

namespace umbra::fuzz {

constexpr std::string_view trial_mark = "umbra-instruction";

bool is_trial_text(std::string_view);
std::string to_text(const trial&);
/// False: `problem` says what is wrong, in `line` (from 1).
bool from_text(std::string_view, trial&, std::string& problem, unsigned& line);

}  // namespace umbra::fuzz
