#include "tools/triage/probe/reduce.hpp"

#include <algorithm>
#include <chrono>

namespace umbra::tools {

namespace {

using clock = std::chrono::steady_clock;

/// Candidates that one process tries. Forking costs as much as running a few of them.
constexpr std::size_t first_batch = 16, largest_batch = 256;

/// What comes after the op that showed it is not needed, as a rule.
std::optional<specimen> without_tail(const specimen& s, const sighting& seen) {
  if (s.program() == nullptr || seen.op >= s.program()->ops.size() || seen.op + 1 == s.program()->ops.size()) {
    return std::nullopt;
  }
  fuzz::program p = *s.program();
  p.ops.resize(seen.op + 1);
  return specimen(std::move(p));
}

}  // namespace

reduction reduce(isolation& in, specimen from, const sighting& like, double seconds) {
  reduction r{.least = std::move(from)};
  const auto end = clock::now() + std::chrono::duration_cast<clock::duration>(std::chrono::duration<double>(seconds));
  if (const auto shorter = without_tail(r.least, like)) {
    ++r.tried;
    if (in.first_alike({&*shorter, 1}, like)) {
      ++r.taken;
      r.least = *shorter;
    }
  }
  auto next = r.least.simpler();
  std::vector<specimen> batch;
  for (std::size_t size = first_batch; true; size = std::min(2 * size, largest_batch)) {
    batch.clear();
    while (batch.size() < size) {
      auto candidate = next();
      if (!candidate) break;
      batch.push_back(std::move(*candidate));
    }
    if (batch.empty()) return r;
    if (clock::now() > end) {
      r.ended = false;
      return r;
    }
    const auto found = in.first_alike(batch, like);
    r.tried += found ? *found + 1 : batch.size();
    if (!found) continue;
    ++r.taken;
    r.least = batch[*found];
    next = r.least.simpler();
    size = first_batch / 2;
  }
}

}  // namespace umbra::tools
