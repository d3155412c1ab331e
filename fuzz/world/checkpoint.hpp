// A world between two ops, saved: programs that begin alike can go on from there.
#pragma once

#include "fuzz/world/world.hpp"

namespace umbra::fuzz {

class world::checkpoint {
  friend world;

  machine::machine::snapshot machine_;
  holder<memory::space>::image space_;
  holder<mmu::mmu>::image mmu_;
  std::array<holder<vmx::cpu>::image, vcpus> vcpus_;
  world_state state_;
  std::uint64_t edition_ = none;  ///< of space_
};

}  // namespace umbra::fuzz
