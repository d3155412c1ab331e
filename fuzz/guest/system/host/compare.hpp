// Compares a guest program's results with the emulator, specimen by specimen, and counts.
#pragma once

#include <array>
#include <functional>
#include <unordered_set>
#include <vector>

#include "fuzz/guest/system/host/differences.hpp"

namespace umbra::system_guest {

struct family_tally {
  std::uint64_t specimens = 0;
  std::uint64_t faults = 0;       ///< ended by an exception of the instruction itself
  std::uint64_t unsupported = 0;  ///< left aside: the emulator does not have it
  std::uint64_t elsewhere = 0;    ///< left aside: a VM exit's handler executes it
};

struct tally {
  opguest::engine_kind engine;
  std::array<family_tally, family_count> families{};
  std::uint64_t different = 0;               ///< specimens with at least one known difference
  std::vector<std::uint64_t> by_difference;  ///< specimens with each of known_differences(engine)
  std::uint64_t unexplained = 0;             ///< specimens with at least one other
  std::unordered_set<std::uint64_t> shapes;  ///< distinct combinations of mode, level, code and outcome

  explicit tally(opguest::engine_kind on);
  void add(const tally& other);
  family_tally total() const;
  /// Specimens that were compared.
  std::uint64_t compared() const;
};

/// Called for each specimen with a mismatch that nothing explains: for the first such.
using finding_visitor = std::function<void(std::uint32_t number, const mismatch&)>;
using opguest::progress_visitor;

/// Reads a whole stream and compares it. Throws broken_stream if it is cut off or the two sides made different
/// specimens.
tally compare(opguest::byte_source& from, opguest::engine_kind on, const finding_visitor& found,
              const progress_visitor& progress = {});

/// Whether a dword may hold anything: below a stack on which an exception was delivered lies what the processor and its
/// handler put there.
bool below_stack(const specimen&, const result&, std::uint32_t at);

}  // namespace umbra::system_guest
