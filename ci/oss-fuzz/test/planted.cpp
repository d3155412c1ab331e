// A fuzz target with enough to it for the bad-build check, and one fault for each macro that a test defines.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

/// Many of these make many edges, and many checked accesses.
template <unsigned N>
int step(const std::uint8_t* data, std::size_t size, int* table) {
  const std::size_t at = N % 61;
  if (at < size && data[at] == N % 256) table[N % 16] += data[at] * 3 << (N % 7);
  if (at + 1 < size && data[at] > data[at + 1]) table[(N + 1) % 16] -= data[at + 1];
  if constexpr (N > 0) return step<N - 1>(data, size, table) + table[N % 16] / (data[0] + 1);
  return table[0];
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
#ifdef CRASHES_AT_START
  std::abort();
#endif
  if (size == 0) return 0;
  if (data[0] == 0xbd && size == 1) std::abort();
  int table[16] = {};
  volatile int sum = step<200>(data, size, table);
  return sum == 0x7fffffff;
}
