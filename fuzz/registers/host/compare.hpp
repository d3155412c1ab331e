// Compares the results of a run with the model, trial by trial, and counts.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "fuzz/guest/host/stream.hpp"
#include "fuzz/registers/host/differences.hpp"

namespace umbra::registercheck {

struct tally {
  std::uint64_t trials = 0, different = 0, unexplained = 0;
  std::array<std::uint64_t, instructions> completed{}, faulted{};
  std::vector<std::uint64_t> by_difference;

  tally();
  void add(const tally& other);
};

/// One trial that came to something that nothing explains.
struct mismatch {
  const trial& tried;
  const outcome& observed;
  std::string wrong;  ///< in which respect
};
using finding_visitor = std::function<void(std::uint32_t number, const mismatch&)>;

/// Reads a whole stream and compares it. Throws opguest::broken_stream if it is cut off.
tally compare(opguest::byte_source& from, const finding_visitor& found, const opguest::progress_visitor& progress = {});

}  // namespace umbra::registercheck
