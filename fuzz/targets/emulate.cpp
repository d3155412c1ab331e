// The instruction emulator, one instruction an input, under arbitrary states. A finding aborts, so that the engine
// keeps it.
//
// UMBRA_JUDGES: linked with Unicorn and Zydis, which are asked about one input in eight.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "fuzz/targets/board.hpp"
#include "fuzz/trial/laboratory.hpp"
#include "fuzz/trial/raw.hpp"
#ifdef UMBRA_JUDGES
#include "fuzz/trial/unicorn_judge.hpp"
#endif

namespace {

using namespace umbra::fuzz;

/// What lives as long as the process.
struct bench {
  bench() {
#ifdef UMBRA_JUDGES
    under_test.appoint(make_unicorn_judge());
#endif
  }
  laboratory under_test;
  board shown;
  trial decoded;
};

bench& the_bench() {
  static bench b;
  return b;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  bench& b = the_bench();
  decode_trial({data, size}, b.decoded);
  const bool well = b.under_test.run(b.decoded);
  b.shown.show(b.under_test.counts());
  if (well) return 0;
  const trial_finding& f = b.under_test.finding();
  b.shown.show(f.id, f.text);
  std::fprintf(stderr, "umbra: finding %s: %s\n", f.id, f.text);
  std::abort();
}
