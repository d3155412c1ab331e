// What is counted, is counted from nothing.
#include <gmock/gmock.h>

#include <array>
#include <bit>

#include "core/mmu/statistics.hpp"
#include "core/vmx/statistics.hpp"

namespace umbra {
namespace {

template <class Statistics>
auto counters_of(const Statistics& s) {
  return std::bit_cast<std::array<std::uint64_t, sizeof(Statistics) / sizeof(std::uint64_t)>>(s);
}

TEST(statistics, begin_at_nothing) {
  EXPECT_THAT(counters_of(mmu::statistics{}), ::testing::Each(0u));
  EXPECT_THAT(counters_of(vmx::statistics{}), ::testing::Each(0u));
}

}  // namespace
}  // namespace umbra
