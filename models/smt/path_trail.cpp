// From one path to the next: which ways are still open, and giving them away.
#include "models/smt/path.hpp"

#include <algorithm>

namespace umbra::smt {

bool path::advance() {
  while (!trail_.empty()) {
    record& r = trail_.back();
    if (r.kind == step_kind::fork) {
      solver_.close_scopes(1);
      if (r.open) {
        r.open = false;
        r.taken = !r.taken;
        model_ = std::move(r.other);
        r.other.reset();
        descend(r.condition, r.taken);
        return true;
      }
    }
    trail_.pop_back();
  }
  return false;
}

prefix path::encoded(std::size_t count) const {
  prefix p;
  for (std::size_t n = 0; n < count; ++n)
    p.push_back(
        {trail_[n].kind, trail_[n].taken, static_cast<std::uint32_t>(trail_[n].condition.hash()), trail_[n].value});
  return p;
}

std::vector<prefix> path::hand_over() {
  std::vector<prefix> away;
  for (std::size_t n = 0; n < trail_.size(); ++n) {
    record& r = trail_[n];
    if (!r.open) continue;
    prefix p = encoded(n + 1);
    p.back().taken = !r.taken;
    away.push_back(std::move(p));
    r.open = false;
    r.other.reset();
  }
  return away;
}

unsigned path::forks() const {
  return static_cast<unsigned>(
      std::count_if(trail_.begin(), trail_.end(), [](const record& r) { return r.kind == step_kind::fork; }));
}

}  // namespace umbra::smt
