// Looks for one mutant with one seed, on one core.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "tools/fuzz/job.hpp"

namespace umbra::tools {

struct hunted {
  std::uint32_t seed = 0;
  std::optional<finding_report> finding;
  std::uint64_t executions = 0;
  double seconds = 0;  ///< of a processor's time
};

struct hunter {
  std::filesystem::path binary;  ///< the fuzz target with the bug in it, built for the engine
  std::vector<std::string> flags = {};
  fuzz_engine engine = fuzz_engine::libfuzzer;
  std::filesystem::path mutator = {};  ///< as for a job
};

/// Fuzzes from `seeds` until something is found, for at most so many seconds of a processor's time, so that what else
/// the machine does changes nothing. `work` is emptied first.
hunted hunt(const hunter&, const std::filesystem::path& seeds, const std::filesystem::path& work, std::uint32_t seed,
            unsigned seconds);

/// Whether the binary gets through the empty program; a mutant that does not is no mutant.
bool starts(const std::filesystem::path& binary, const std::filesystem::path& work);

}  // namespace umbra::tools
