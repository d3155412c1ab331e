#include "models/machine/race.hpp"

#include <algorithm>

namespace umbra::machine {

bool race_schedule::arm(std::uint64_t nth, callback f, void* context) {
  if (armed_ == limit) return false;
  races_[armed_++] = {seen_ + nth, f, context};
  find_next();
  return true;
}

unsigned race_schedule::disarm() {
  const unsigned left = armed_;
  armed_ = 0;
  next_ = never;
  return left;
}

unsigned race_schedule::fire() {
  // A callback may arm or disarm races: take the due ones out before any runs.
  std::array<race, limit> due{};
  unsigned count = 0, kept = 0;
  for (unsigned n = 0; n < armed_; ++n) {
    if (races_[n].at == seen_) {
      due[count++] = races_[n];
    } else {
      races_[kept++] = races_[n];
    }
  }
  armed_ = kept;
  find_next();
  for (unsigned n = 0; n < count; ++n) due[n].run(due[n].context);
  return count;
}

void race_schedule::find_next() {
  next_ = never;
  for (unsigned n = 0; n < armed_; ++n) next_ = std::min(next_, races_[n].at);
}

}  // namespace umbra::machine
