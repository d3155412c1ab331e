// The expectation: it accepts what an obedient processor does, and finds one that does otherwise.
#include <gtest/gtest.h>

#include <functional>

#include "core/x86/control.hpp"
#include "core/x86/debug.hpp"
#include "core/x86/exception.hpp"
#include "fuzz/registers/host/differences.hpp"
#include "fuzz/registers/shared/generator.hpp"

namespace umbra::registercheck::test {
namespace {

constexpr processor machine{.maxphyaddr = 40,
                            .features = feature::nx | feature::smep | feature::smap | feature::rdtscp,
                            .variable_mtrrs = 8,
                            .cr0 = 0x8001'0033,
                            .cr3 = 0x40'4000,
                            .cr4 = 0x20,
                            .efer = 0x500,
                            .apic_base = 0xfee0'0900};
constexpr std::uint32_t trials = 5000;

/// As the model would have it.
outcome obedient(const trial& t, const expectation& e) {
  outcome o{.dr6 = e.dr6, .dr7 = e.dr7};
  const bool detects = (t.dr7 & x86::dr7::gd) != 0;
  if (!e.completes) o.vector = static_cast<std::uint8_t>(std::countr_zero(e.faults));
  if (e.completes) o.value = e.value;
  if (detects) o.dr6 = t.dr6 | x86::dr6::bd;
  if (detects) o.dr7 = o.vector == 1 ? t.dr7 & ~x86::dr7::gd : 0;
  return o;
}

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
