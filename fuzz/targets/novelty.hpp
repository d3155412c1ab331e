// Tells the engine nothing of an input that takes no edge as often as none has before: to hear that takes libFuzzer a
// tenth of the time that the input takes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace umbra::fuzz {

class novelty {
 public:
  /// `counters`: how often the input took each edge. They are cleared if libFuzzer would find nothing new in them, by
  /// its own eight classes of counts. Returns whether there was something new.
  bool sift(std::span<std::uint8_t> counters);

 private:
  std::vector<std::uint8_t> met_;  ///< classes of counts by edge, a bit each
};

}  // namespace umbra::fuzz
