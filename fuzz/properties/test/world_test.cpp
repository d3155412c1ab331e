// No program of ops makes the core break a promise.
#include "fuzz/world/world.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "fuzz/ops/codec.hpp"
#include "fuzz/properties/arbitrary.hpp"
#include "fuzz/properties/running.hpp"

namespace umbra::fuzz::properties {
namespace {

/// Worlds are costly to make and cheap to start.
world& earth() {
  static world w;
  return w;
}

std::uint64_t trace_of(const program& p, bool check_each) {
  world& w = earth();
  w.check_each(check_each);
  const running now(p);
  if (!w.run(p)) {
    const finding& f = *w.last_finding();
    const std::string where = f.op == finding::before_first ? "before the first op"
                              : f.op == finding::at_end     ? "at the end"
                                                            : "at op " + std::to_string(f.op);
    RC_FAIL(std::string(f.id) + " " + where + ": " + f.text);
  }
  return w.trace();
}

RC_GTEST_PROP(world, has_no_finding_for_any_program, (const program& p)) { trace_of(p, true); }

RC_GTEST_PROP(world, gives_one_trace_for_one_program, (const program& p, const program& other)) {
  const std::uint64_t first = trace_of(p, false);
  trace_of(other, false);
  RC_ASSERT(trace_of(decode(encode(p)), true) == first);
}

}  // namespace
}  // namespace umbra::fuzz::properties
