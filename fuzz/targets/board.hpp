// The target's side of live.hpp: the page that a watcher reads, if one asked for it.
#pragma once

#include "fuzz/targets/live.hpp"
#include "fuzz/world/world.hpp"

namespace umbra::fuzz {

class board {
 public:
  /// Maps the file that UMBRA_STATS names. Without one, or if it cannot be mapped, what is shown goes nowhere.
  board();

  void show(const world&);
  void show(const finding&);

 private:
  live unseen_{};
  live* page_ = &unseen_;
};

}  // namespace umbra::fuzz
