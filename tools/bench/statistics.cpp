#include "tools/bench/statistics.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace umbra::tools {

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 != 0 ? values[half] : (values[half - 1] + values[half]) / 2;
}

unsigned histogram_median(std::span<const std::uint64_t> histogram) {
  std::uint64_t total = 0, so_far = 0;
  for (const std::uint64_t n : histogram) total += n;
  if (total == 0) return 0;
  unsigned value = 0;
  for (; value + 1 < histogram.size(); ++value) {
    so_far += histogram[value];
    if (2 * so_far >= total) break;
  }
  return value;
}

double spread(std::span<const double> values) {
  if (values.empty()) return 1;
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  return *least > 0 ? *most / *least : 1;
}

std::string growth(double spread) { return spread < 1.1 ? "flat" : fmt::format("x{:.1f}", spread); }

}  // namespace umbra::tools
