// The shadow MMU under arbitrary programs of ops. A finding aborts, so that the engine keeps the input.
//
// UMBRA_CHECK=each runs the full checker after every op rather than at the end of each input only.
// UMBRA_NOVELTY=1 keeps from the engine what it has heard before. It must be libFuzzer, and must want to know nothing
// but whether an input is to be kept.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "fuzz/ops/codec.hpp"
#include "fuzz/targets/board.hpp"
#include "fuzz/targets/coverage.hpp"
#include "fuzz/targets/made.hpp"
#include "fuzz/targets/novelty.hpp"
#include "fuzz/targets/warm_start.hpp"
#include "fuzz/world/world.hpp"

namespace {

using namespace umbra::fuzz;

bool says(const char* variable, const char* value) {
  const char* found = std::getenv(variable);
  return found != nullptr && std::strcmp(found, value) == 0;
}

/// What lives as long as the process.
struct bench {
  bench() { under_test.check_each(says("UMBRA_CHECK", "each")); }
  world under_test;
  warm_start warm{under_test};
  board shown;
  program decoded;
  novelty kept;
  const bool sifts = says("UMBRA_NOVELTY", "1");
};

bench& the_bench() {
  static bench b;
  return b;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  bench& b = the_bench();
  const program* p = made_of({data, size});
  if (p == nullptr) {
    decode({data, size}, b.decoded);
    p = &b.decoded;
  }
  const bool well = b.warm.run(*p);
  b.shown.show(b.under_test.counts());
  if (well) {
    // The engine runs an empty input before all others, and does not look at what that covers.
    if (b.sifts && size != 0) b.kept.sift(coverage_counters());
    return 0;
  }
  const finding& f = *b.under_test.last_finding();
  b.shown.show(f.id, f.text);
  std::fprintf(stderr, "umbra: finding %s: %s\n", f.id, f.text);
  std::abort();
}
