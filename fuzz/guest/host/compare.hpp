// Compares a guest program's results with the reference model, access by access, and counts.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_set>
#include <vector>

#include "fuzz/guest/host/differences.hpp"
#include "fuzz/guest/host/stream.hpp"

namespace umbra::opguest {

struct tally {
  engine_kind engine;
  std::uint64_t scenes = 0, translations = 0, faults = 0, entry_changes = 0;
  std::array<std::uint64_t, 4> by_format{}, by_kind{}, by_cpl{};
  std::uint64_t different = 0;               ///< accesses with at least one known difference
  std::vector<std::uint64_t> by_difference;  ///< accesses with each of known_differences(engine)
  std::uint64_t unexplained = 0;             ///< accesses with at least one other
  std::uint64_t reserved_faults = 0, untagged = 0;
  std::unordered_set<std::uint64_t> shapes;  ///< distinct combinations of state, access and path

  explicit tally(engine_kind on);
  void add(const tally& other);
};

/// Called for each access with a mismatch that nothing explains. `number` is the scene's, `index` the probe's.
using finding_visitor = std::function<void(std::uint32_t number, unsigned index, const mismatch&, const table_memory&)>;

/// Reads a whole stream and compares it. Throws broken_stream if it is cut off or the two sides made different scenes.
tally compare(byte_source& from, engine_kind on, const finding_visitor& found, const progress_visitor& progress = {});

}  // namespace umbra::opguest
