#include "tools/bugs/survival.hpp"

#include <algorithm>

namespace umbra::tools {

namespace {

/// In order of time; those that were not found come last.
std::vector<std::optional<double>> in_order(std::vector<std::optional<double>> seconds) {
  std::sort(seconds.begin(), seconds.end(), [](const auto& a, const auto& b) { return a && (!b || *a < *b); });
  return seconds;
}

}  // namespace

unsigned survival::found() const {
  return static_cast<unsigned>(
      std::count_if(seconds.begin(), seconds.end(), [](const auto& s) { return s.has_value(); }));
}

std::optional<double> survival::median() const {
  if (seconds.empty()) return std::nullopt;
  // Of an even number the later of the two in the middle: a median must not look better than it is.
  return in_order(seconds)[seconds.size() / 2];
}

std::optional<double> survival::worst() const {
  if (seconds.empty()) return std::nullopt;
  return in_order(seconds).back();
}

}  // namespace umbra::tools
