// How a fuzzing session went, at moments spread evenly over it.
#pragma once

#include <vector>

#include "tools/fuzz/progress.hpp"

namespace umbra::tools {

struct moment {
  double seconds = 0;
  figures so_far{};
};

/// At most `limit` moments, however long it takes: when it is full, every second one goes and they come half as often.
class timeline {
 public:
  static constexpr std::size_t limit = 200;

  /// Whether it is time for the next moment: figures are dear to come by.
  bool due(double seconds) const { return moments_.empty() || seconds >= moments_.back().seconds + interval_; }
  void add(const moment&);
  /// The last moment, whenever it comes.
  void close(const moment&);
  const std::vector<moment>& moments() const { return moments_; }

 private:
  std::vector<moment> moments_;
  double interval_ = 1;
};

}  // namespace umbra::tools
