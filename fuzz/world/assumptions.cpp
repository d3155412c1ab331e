// What theorems take for granted, held against the states that programs of ops lead to. A proof says nothing of a state
// in which one of these is not true.
#include "fuzz/world/world.hpp"
#include "models/reference/reachable.hpp"

namespace umbra::fuzz {

void world::check_assumptions() {
  for (unsigned id = 0; id < vcpus; ++id) {
    if (!reference::reachable(registers_[id]))
      fail("assumption", "vCPU %u has registers that no writes from reset lead to (models/reference/reachable.hpp)",
           id);
  }
  const mmu::view shadow(*mmu_);
  for (unsigned n = 0; n < shadow.pages(); ++n) {
    const mmu::page& p = shadow.page_at(n);
    if (machine::ram::contains(p.where.value << page_shift))
      fail("assumption", "the table of shadow page %u lies in a frame that backs the guest", n);
    if (p.state == mmu::page_state::live && p.frame.value >> 40 != 0)
      fail("assumption", "shadow page %u is of guest frame %#llx, which needs an address of more than 52 bits", n,
           static_cast<unsigned long long>(p.frame.value));
  }
}

}  // namespace umbra::fuzz
