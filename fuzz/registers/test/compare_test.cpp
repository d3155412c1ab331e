// The comparison: what it makes of a stream of results.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/x86/msr.hpp"
#include "fuzz/guest/test/written_stream.hpp"
#include "fuzz/registers/host/report.hpp"
#include "fuzz/registers/shared/generator.hpp"
#include "fuzz/registers/shared/record.hpp"
#include "fuzz/registers/test/obedient.hpp"

namespace umbra::registercheck::test {
namespace {

constexpr std::uint32_t first = 7, trials = 3000;
constexpr std::uint64_t seed = 2;

/// The program without a machine.
class fake_program : public opguest::written_stream {
 public:
  using spoiler = std::function<void(std::uint32_t number, const trial&, outcome&)>;

  explicit fake_program(const spoiler& spoil = {}) {
    put(record::magic, 4);
    for (const std::uint64_t w : std::bit_cast<std::array<std::uint64_t, sizeof machine / 8>>(machine)) put(w, 8);
    put(seed, 8), put(first, 4);
    const generator made{machine, seed};
    for (std::uint32_t n = first; n < first + trials; ++n) {
      const trial t = made.make(n);
      outcome o = obedient(t, expect(machine, t));
      if (spoil) spoil(n, t, o);
      put(record::trial_mark, 1), put(o.vector, 1), put(o.error_code, 4), put(o.value, 8), put(o.dr6, 8), put(o.dr7, 8);
    }
    put(record::end_mark, 1), put(trials, 4);
  }
};

tally compared(fake_program program, std::vector<std::string>* told = nullptr) {
  opguest::byte_source from = program.source();
  return compare(from, [told](std::uint32_t number, const mismatch& m) {
    if (told) told->push_back(describe(number, m));
  });
}

TEST(comparison, accepts_an_obedient_processor_and_counts_what_it_did) {
  const tally t = compared(fake_program{});
  EXPECT_EQ(t.trials, trials);
  EXPECT_EQ(t.unexplained + t.different, 0u);
  std::uint64_t sum = 0;
  for (unsigned i = 0; i < instructions; ++i) {
    EXPECT_GT(t.completed[i], 0u) << i;
    sum += t.completed[i] + t.faulted[i];
  }
  EXPECT_EQ(sum, trials);
}

TEST(comparison, tells_each_trial_that_went_wrong) {
  std::vector<std::string> told;
  const tally t = compared(fake_program{[](std::uint32_t number, const trial&, outcome& o) {
                             if (number == first + 100) o.dr7 ^= 1;
                           }},
                           &told);
  EXPECT_EQ(t.unexplained, 1u);
  EXPECT_THAT(told,
              testing::ElementsAre(testing::AllOf(testing::StartsWith("trial 107: "), testing::HasSubstr("DR7"))));
}

/// Bochs completes WRMSR of IA32_TSC_AUX whatever bits 63:32 are.
bool is_dropped(const trial& t) {
  return t.what == instruction::wrmsr && t.number == static_cast<std::uint32_t>(x86::msr::tsc_aux) &&
         t.value >> 32 != 0;
}

TEST(comparison, counts_known_differences_and_excuses_no_more_than_they_say) {
  std::uint64_t hits = 0;
  const auto drops = [&hits](std::uint32_t, const trial& t, outcome& o) {
    if (!is_dropped(t)) return;
    ++hits;
    o.vector = outcome::none, o.error_code = 0, o.value = t.value & 0xffff'ffff;
  };
  const tally t = compared(fake_program{drops});
  EXPECT_GT(hits, 0u);
  EXPECT_EQ(t.different, hits);
  EXPECT_EQ(t.by_difference[0], hits);
  EXPECT_EQ(t.unexplained, 0u);

  hits = 0;
  const tally other = compared(fake_program{[&](std::uint32_t n, const trial& tried, outcome& o) {
    drops(n, tried, o);
    if (is_dropped(tried)) o.dr6 ^= 1;
  }});
  EXPECT_EQ(other.unexplained, hits);
  hits = 0;
  const tally faults = compared(fake_program{[&](std::uint32_t n, const trial& tried, outcome& o) {
    drops(n, tried, o);
    if (is_dropped(tried)) o.vector = 6;
  }});
  EXPECT_EQ(faults.unexplained, hits);
}

TEST(comparison, refuses_a_stream_that_is_cut_off_or_counts_otherwise) {
  for (const std::size_t missing : {1u, 4u, 6u, 40u}) {
    fake_program program;
    program.bytes().resize(program.bytes().size() - missing);
    EXPECT_THROW(compared(program), opguest::broken_stream) << missing;
  }
  fake_program program;
  program.bytes().back() = 1;
  EXPECT_THROW(compared(program), opguest::broken_stream);
}

}  // namespace
}  // namespace umbra::registercheck::test
