// The guest program's own view of memory: PAE paging that maps low memory at its address and far memory right behind
// it.
#pragma once

#include <cstdint>

#include "fuzz/guest/shared/layout.hpp"
#include "fuzz/guest/shared/scene.hpp"

namespace umbra::opguest {

/// Builds the program's tables and those that map the trampoline in scenes, and turns paging on.
void enable_own_paging(const environment& machine);

/// The tables with which 64-bit mode is entered, before a scene's own CR3 is loaded.
std::uint32_t bridge_cr3();

/// Physical memory, low or far.
template <class T>
volatile T& at(std::uint64_t gpa) {
  const std::uint64_t linear = gpa < layout::low_end ? gpa : gpa - layout::far + layout::low_end;
  return *reinterpret_cast<volatile T*>(static_cast<std::uintptr_t>(linear));
}

}  // namespace umbra::opguest
