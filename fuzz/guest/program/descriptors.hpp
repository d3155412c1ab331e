// The descriptor tables of the guest program: segments for every CPL and width, two task segments, two interrupt
// tables.
#pragma once

#include <cstdint>

namespace umbra::opguest {

/// Fills the tables and loads the GDT; CS and SS become those of CPL 0, the data segments those that any CPL may use.
void load_descriptors();

/// Makes `base` the LDT's base, so that selector 7 names the descriptor that lies there.
void aim_local_descriptors(std::uint64_t base);

}  // namespace umbra::opguest
