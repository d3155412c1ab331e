// The few numbers that stand for many in the bench's tables.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace umbra::tools {

/// The middle value, or the mean of the middle two; 0 of nothing.
double median(std::vector<double> values);

/// The median of small numbers, of which `histogram[n]` are n; 0 of nothing.
unsigned histogram_median(std::span<const std::uint64_t> histogram);

/// How much figures differ from scale to scale: the largest divided by the smallest; 1 of nothing.
double spread(std::span<const double> values);
/// "flat" for a spread below 1.1, else "x1.8" and the like.
std::string growth(double spread);

}  // namespace umbra::tools
