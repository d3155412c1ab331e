// The expectation: it accepts what an obedient processor does, and finds one that does otherwise.
#include <gtest/gtest.h>

#include <functional>

#include "core/x86/control.hpp"
#include "core/x86/exception.hpp"
#include "fuzz/registers/host/differences.hpp"
#include "fuzz/registers/shared/generator.hpp"
#include "fuzz/registers/test/obedient.hpp"

namespace umbra::registercheck::test {
namespace {

constexpr std::uint32_t trials = 5000;

unsigned wrong(const std::function<void(const trial&, outcome&)>& change) {
  unsigned count = 0;
  const generator g{machine, 1};
  for (std::uint32_t n = 0; n < trials; ++n) {
    const trial t = g.make(n);
    const expectation e = expect(machine, t);
    outcome o = obedient(t, e);
    change(t, o);
    count += !e.judge(t, o).empty() && !explanation(t, o, e);
  }
  return count;
}

TEST(expectation, accepts_an_obedient_processor) {
  EXPECT_EQ(wrong([](const trial&, outcome&) {}), 0u);
}

TEST(expectation, finds_one_that_refuses_nothing) {
  EXPECT_GT(wrong([](const trial&, outcome& o) { o.vector = outcome::none; }), trials / 10);
}

TEST(expectation, finds_wrong_exceptions_and_error_codes) {
  EXPECT_GT(wrong([](const trial&, outcome& o) {
              if (o.vector == 13) o.vector = 6;
            }),
            100u);
  EXPECT_GT(wrong([](const trial&, outcome& o) {
              if (o.vector == 13) o.error_code = 8;
            }),
            100u);
}

TEST(expectation, finds_wrong_values) {
  EXPECT_GT(wrong([](const trial& t, outcome& o) {
              if (t.what == instruction::clts && o.vector == outcome::none) o.value |= x86::cr0::ts;
            }),
            100u);
  EXPECT_GT(wrong([](const trial& t, outcome& o) {
              if (t.what == instruction::mov_to_dr) o.dr7 &= ~std::uint64_t{0x400};
            }),
            100u);
}

TEST(expectation, sets_bd_for_general_detect) {
  EXPECT_GT(wrong([](const trial&, outcome& o) {
              if (o.vector == x86::vector_of(x86::exception::debug)) o.dr6 &= ~x86::dr6::bd;
            }),
            50u);
}

}  // namespace
}  // namespace umbra::registercheck::test
