// What the program learns of the processor, and both sides draw trials by.
#pragma once

#include <cstdint>

namespace umbra::registercheck {

struct processor {
  std::uint64_t maxphyaddr;
  std::uint64_t features;  ///< bits of feature
  std::uint64_t variable_mtrrs;
  std::uint64_t cr0, cr3, cr4, efer, apic_base;  ///< the program's own
};

namespace feature {
constexpr std::uint64_t nx = 1, gbpages = 2, smep = 4, smap = 8, rdtscp = 16;
}

}  // namespace umbra::registercheck
