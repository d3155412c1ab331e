// Runs scenes: builds the tables, makes each access at its CPL under its control registers, and reports what came of
// it.
#pragma once

#include "fuzz/guest/program/port.hpp"
#include "fuzz/guest/shared/windows.hpp"

namespace umbra::opguest {

/// Gives every data frame that an epoch can reach its code and its tag.
void tag_data_frames(const environment& machine, const windows& w);

/// Runs one scene and sends its results.
void run_scene(std::uint32_t number, const scene& s, console& out);

}  // namespace umbra::opguest
