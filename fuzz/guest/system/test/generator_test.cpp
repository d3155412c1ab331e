// What specimens must be so that they neither destroy the guest program nor end elsewhere than in an exception.
#include "fuzz/guest/system/shared/generator.hpp"

#include <gtest/gtest.h>

#include <set>

#include "fuzz/guest/system/test/fake_guest.hpp"

namespace umbra::system_guest {
namespace {

constexpr std::uint32_t specimens = 20'000;

template <class Visitor>
void for_each_specimen(const abilities& machine, Visitor&& visit) {
  const generator made{machine, 3};
  specimen s;
  for (std::uint32_t number = 0; number < specimens; ++number) {
    made.make(number, s);
    visit(number, s);
  }
}

TEST(SystemGenerator, MakesTheSameSpecimenAgain) {
  specimen a, b;
  generator{full, 3}.make(17, a);
  generator{full, 3}.make(17, b);
  EXPECT_EQ(digest(a), digest(b));
  std::set<std::uint32_t> digests;
  for_each_specimen(full, [&](std::uint32_t, const specimen& s) { digests.insert(digest(s)); });
  EXPECT_GT(digests.size(), specimens - 10);
}

TEST(SystemGenerator, ChangesOnlyMemoryThatIsWatched) {
  for_each_specimen(full, [](std::uint32_t number, const specimen& s) {
    EXPECT_LT(s.pokes_used, specimen::max_pokes) << "a poke may have been lost";
    for (unsigned i = 0; i < s.pokes_used; ++i) {
      const poke& p = s.pokes[i];
      bool inside = false;
      for (const layout::window& w : layout::watched) inside |= p.at >= w.begin && p.at + p.bytes <= w.end;
      EXPECT_TRUE(inside) << number << ": " << std::hex << p.at;
    }
  });
}

TEST(SystemGenerator, KeepsAStackForExceptionsThatHaveNoOther) {
  for_each_specimen(full, [](std::uint32_t number, const specimen& s) {
    if (!leaves_frame(s)) return;
    EXPECT_EQ(s.before[SLOT_SS], static_cast<unsigned>(SELECTOR_DATA(0))) << number;
    EXPECT_GE(s.before[SLOT_RSP], layout::stack_edge - layout::edge_reach + 64) << number;
    EXPECT_LE(s.before[SLOT_RSP], layout::stack_edge + layout::edge_reach) << number;
    for (const unsigned p : {0xau, 0xbu}) EXPECT_EQ(s.rights[p] & 7, page::present | page::write) << number;
  });
}

TEST(SystemGenerator, EndsEverySpecimen) {
  subject tried{full};
  for_each_specimen(full, [&](std::uint32_t number, const specimen& s) {
    const prediction p = tried.run(s);
    EXPECT_NE(p.how, prediction::end::stuck) << number;
    EXPECT_NE(p.how, prediction::end::halted) << number;
    EXPECT_EQ(tried.complaints(), "") << number;
  });
}

TEST(SystemGenerator, SparesAProcessorThatIsNotPedantic) {
  abilities lax = full;
  lax.pedantic = false;
  unsigned odd = 0;
  for_each_specimen(lax, [&](std::uint32_t, const specimen& s) { odd += s.code[0] == 0xf0; });
  EXPECT_LT(odd, specimens / 50);
}

}  // namespace
}  // namespace umbra::system_guest
