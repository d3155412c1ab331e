// The rapidcheck properties as hunters of planted bugs.
#pragma once

#include <cstdint>
#include <filesystem>

#include "tools/bugs/hunt.hpp"

namespace umbra::tools {

constexpr const char* properties_program = "umbra_properties_test";

/// Runs all properties with a seed, for at most so many seconds of a processor's time. `work` is emptied first.
hunted check_properties(const std::filesystem::path& binary, const std::filesystem::path& work, std::uint32_t seed,
                        unsigned seconds);

}  // namespace umbra::tools
