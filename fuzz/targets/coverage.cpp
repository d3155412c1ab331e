#include "fuzz/targets/coverage.hpp"

extern "C" {
// The counters of -fsanitize-coverage=inline-8bit-counters; the linker gives the bounds.
[[gnu::weak, gnu::visibility("hidden")]] extern std::uint8_t __start___sancov_cntrs[];
[[gnu::weak, gnu::visibility("hidden")]] extern std::uint8_t __stop___sancov_cntrs[];
// AFL++'s, which it shares with its target.
[[gnu::weak]] extern std::uint8_t* __afl_area_ptr;
[[gnu::weak]] extern std::uint32_t __afl_map_size;
}

namespace umbra::fuzz {

std::span<std::uint8_t> coverage_counters() {
  const std::span<std::uint8_t> inlined{__start___sancov_cntrs, __stop___sancov_cntrs};
  if (!inlined.empty()) return inlined;
  if (&__afl_area_ptr != nullptr && &__afl_map_size != nullptr) return {__afl_area_ptr, __afl_map_size};
  return {};
}

}  // namespace umbra::fuzz
