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

/// Fuzzes from `seeds` until something is found, for at most so many seconds of a processor's time, so that what else
/// the machine does changes nothing; `flags` are for libFuzzer. `work` is emptied first.
hunted hunt(const std::filesystem::path& binary, const std::filesystem::path& seeds, const std::filesystem::path& work,
            std::uint32_t seed, unsigned seconds, const std::vector<std::string>& flags);

/// Whether the binary gets through the empty program; a mutant that does not is no mutant.
bool starts(const std::filesystem::path& binary, const std::filesystem::path& work);

}  // namespace umbra::tools
