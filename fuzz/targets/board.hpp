// The target's side of live.hpp: the page that a watcher reads, if one asked for it.
#pragma once

#include "fuzz/targets/live.hpp"

namespace umbra::fuzz {

class board {
 public:
  /// Maps the file that UMBRA_STATS names. Without one, or if it cannot be mapped, what is shown goes nowhere. What an
  /// earlier process has counted there is added to: some engines start a new one now and then.
  board();

  void show(const tally&);
  void show(const char* finding_id, const char* finding_text);

 private:
  live unseen_{};
  live* page_ = &unseen_;
  tally before_{};  ///< what earlier processes counted
};

}  // namespace umbra::fuzz
