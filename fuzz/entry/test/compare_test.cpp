// The comparison: it accepts what the model allows, and finds a processor that answers otherwise.
#include <gtest/gtest.h>

#include <cstring>

#include "fuzz/entry/test/machine.hpp"

namespace umbra::entrycheck::test {
namespace {

constexpr std::uint32_t attempts = 3000;

tally compared(std::vector<std::uint8_t> bytes) {
  std::size_t at = 0;
  opguest::byte_source from{[&](std::uint8_t* to, std::size_t limit) {
    const std::size_t count = std::min(limit, bytes.size() - at);
    std::memcpy(to, bytes.data() + at, count);
    at += count;
    return count;
  }};
  return compare(from, [](std::uint32_t, const mismatch&) {});
}

tally compared(const processor& on) { return compared(results(1, attempts, on)); }

TEST(comparison, accepts_an_obedient_processor) {
  const tally t = compared(obedient);
  EXPECT_EQ(t.attempts, attempts);
  EXPECT_EQ(t.unexplained, 0u);
  EXPECT_EQ(t.different, 0u);
}

TEST(comparison, finds_a_processor_that_enters_whatever_the_rules) {
  EXPECT_GT(compared([](const judged&) { return ending{.reason = 52}; }).unexplained, attempts / 10);
}

TEST(comparison, finds_one_that_takes_host_faults_for_control_faults) {
  EXPECT_GT(compared([](const judged& j) {
              ending e = obedient(j);
              if (e.error == 8) e.error = 7;
              return e;
            }).unexplained,
            0u);
}

TEST(comparison, finds_one_with_wrong_qualifications) {
  EXPECT_GT(compared([](const judged& j) {
              ending e = obedient(j);
              if (e.qualification == 4) e.qualification = 0;
              return e;
            }).unexplained,
            0u);
  EXPECT_GT(compared([](const judged& j) {
              ending e = obedient(j);
              if ((e.reason & 0xffff) == 34) ++e.qualification;
              return e;
            }).unexplained,
            0u);
}

TEST(comparison, counts_known_differences) {
  const tally t = compared([](const judged& j) {
    std::vector<unsigned> used;
    return as_emulated(j, j.broken(), used).may_enter() && j.failing_msr() == 0 ? ending{.reason = 52} : obedient(j);
  });
  EXPECT_EQ(t.unexplained, 0u);
  EXPECT_GT(t.different, 0u);
}

TEST(comparison, refuses_results_of_other_states) {
  std::vector<std::uint8_t> bytes = results(1, 10, obedient);
  bytes[4 + sizeof(capabilities) + sizeof(host) + 12 + 1] ^= 1;  // the first digest
  EXPECT_THROW(compared(bytes), opguest::broken_stream);
  bytes = results(1, 10, obedient);
  bytes.pop_back();
  EXPECT_THROW(compared(bytes), opguest::broken_stream);
}

}  // namespace
}  // namespace umbra::entrycheck::test
