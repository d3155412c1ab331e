// The counters of instrumented code, which guide the engine.
#pragma once

#include <cstdint>
#include <span>

namespace umbra::fuzz {

/// What the engine counts: how often each edge of instrumented code was taken. Empty if it is not known where.
std::span<std::uint8_t> coverage_counters();

}  // namespace umbra::fuzz
