#include "fuzz/targets/novelty.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>

namespace umbra::fuzz {

namespace {

/// Counts of edges that are looked at together. Whole rooms are often not entered at all.
constexpr std::size_t width = 64;
using counts [[gnu::vector_size(width)]] = std::uint8_t;
using words [[gnu::vector_size(width)]] = std::uint64_t;

bool any(const counts& c) {
  const auto w = reinterpret_cast<words>(c);
  return (((w[0] | w[1]) | (w[2] | w[3])) | ((w[4] | w[5]) | (w[6] | w[7]))) != 0;
}

/// Makes libFuzzer's classes of counts, each a bit; 0 stays.
void classify(counts& c) {
  constexpr std::uint8_t least[] = {1, 2, 3, 4, 8, 16, 32, 128};
  counts bits{};
  for (unsigned n = 0; n < std::size(least); ++n) {
    const auto reached = reinterpret_cast<counts>(c >= least[n]);
    bits = (reached & static_cast<std::uint8_t>(1u << n)) | (~reached & bits);
  }
  c = bits;
}

}  // namespace

bool novelty::sift(std::span<std::uint8_t> counters) {
  met_.resize((counters.size() + width - 1) / width * width);
  bool fresh = false;
  for (std::size_t at = 0; at < counters.size(); at += width) {
    counts now{}, met;
    std::memcpy(&now, &counters[at], std::min(width, counters.size() - at));
    if (!any(now)) continue;
    std::memcpy(&met, &met_[at], width);
    classify(now);
    if (!any(now & ~met)) continue;
    met |= now;
    std::memcpy(&met_[at], &met, width);
    fresh = true;
  }
  if (!fresh) std::ranges::fill(counters, std::uint8_t{0});
  return fresh;
}

}  // namespace umbra::fuzz
