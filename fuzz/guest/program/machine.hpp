// What the guest program learns at start: the processor's features (CPUID), the memory there is, and what it was asked
// to do.
#pragma once

#include <cstdint>

#include "fuzz/guest/shared/scene.hpp"

namespace umbra::opguest {

/// Multiboot information, the parts used.
struct boot_information {
  std::uint32_t flags, lower_kib, upper_kib, boot_device, command_line, modules, modules_at, symbols[4], map_bytes,
      map_at;
};

struct order {
  std::uint64_t seed = 1;
  std::uint32_t first = 0;     ///< number of the first scene or specimen
  std::uint32_t count = 1000;  ///< of translations or specimens
};

environment explore(const boot_information& boot);

/// Reads `seed=`, `first=` and `count=` (decimal) off the command line.
order read_order(const boot_information& boot);

}  // namespace umbra::opguest
