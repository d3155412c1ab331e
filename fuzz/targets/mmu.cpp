// The shadow MMU under arbitrary programs of ops. A finding aborts, so that the engine keeps the input.
//
// UMBRA_CHECK=each runs the full checker after every op rather than at the end of each input only.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "fuzz/ops/codec.hpp"
#include "fuzz/targets/board.hpp"
#include "fuzz/targets/made.hpp"
#include "fuzz/targets/warm_start.hpp"
#include "fuzz/world/world.hpp"

namespace {

using namespace umbra::fuzz;

/// What lives as long as the process.
struct bench {
  bench() {
    const char* check = std::getenv("UMBRA_CHECK");
    under_test.check_each(check != nullptr && std::strcmp(check, "each") == 0);
  }
  world under_test;
  warm_start warm{under_test};
  board shown;
  program decoded;
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
  if (well) return 0;
  const finding& f = *b.under_test.last_finding();
  b.shown.show(f.id, f.text);
  std::fprintf(stderr, "umbra: finding %s: %s\n", f.id, f.text);
  std::abort();
}
