#include "tools/fuzz/timeline.hpp"

namespace umbra::tools {

void timeline::add(const moment& m) {
  moments_.push_back(m);
  if (moments_.size() < limit) return;
  std::vector<moment> kept;
  for (std::size_t n = 0; n < moments_.size(); n += 2) kept.push_back(moments_[n]);
  moments_ = std::move(kept);
  interval_ *= 2;
}

void timeline::close(const moment& m) {
  if (!moments_.empty() && moments_.back().seconds >= m.seconds) moments_.pop_back();
  moments_.push_back(m);
}

}  // namespace umbra::tools
