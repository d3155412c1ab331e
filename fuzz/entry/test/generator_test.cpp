// The states: valid ones of every mode, and nothing that would be the end of the program.
#include <gtest/gtest.h>

#include <set>

#include "core/x86/activity.hpp"
#include "fuzz/entry/test/machine.hpp"

namespace umbra::entrycheck::test {
namespace {

constexpr std::uint32_t count = 5000;

template <class Visit>
void each_state(Visit visit) {
  const capabilities machine = skylake();
  const host own = some_host();
  const generator states{machine, own, 7};
  state s;
  for (std::uint32_t n = 0; n < count; ++n) {
    states.make(n, s);
    visit(s, judged{s, machine});
  }
}

TEST(generator, guests_of_every_mode_are_valid) {
  const capabilities machine = skylake();
  for (unsigned m = 0; m < modes; ++m) {
    state s{};
    set_controls(s, machine);
    set_host(s, some_host());
    set_guest(s, machine, static_cast<mode>(m));
    EXPECT_TRUE(judged(s, machine).verdict.surely_enters()) << m;
  }
}

TEST(generator, makes_the_same_state_of_a_number) {
  const capabilities machine = skylake();
  const host own = some_host();
  state a, b;
  generator{machine, own, 3}.make(17, a);
  generator{machine, own, 3}.make(17, b);
  EXPECT_EQ(digest(a), digest(b));
  generator{machine, own, 4}.make(17, b);
  EXPECT_NE(digest(a), digest(b));
}

TEST(generator, a_fair_share_enters_and_most_rules_get_their_turn) {
  unsigned entering = 0;
  std::set<unsigned> broken;
  each_state([&](const state&, const judged& j) {
    entering += j.verdict.surely_enters();
    for (const unsigned rule : j.broken()) broken.insert(rule);
  });
  EXPECT_GT(entering, count / 4);
  EXPECT_LT(entering, count * 3 / 4);
  EXPECT_GT(broken.size(), reference::rule_count() * 3 / 4);
}

TEST(generator, what_enters_can_be_left_again) {
  each_state([](const state& s, const judged& j) {
    if (!j.verdict.may_enter()) return;
    using enum x86::vmcs;
    EXPECT_EQ(s.get(host_rip), some_host().rip);
    EXPECT_EQ(s.get(host_cr3), some_host().cr3);
    EXPECT_LE(s.get(exit_msr_load_count), 1u);
    EXPECT_EQ(s.get(guest_cr3) & ~std::uint64_t{0xfff}, layout::guest_tables);
    EXPECT_NE(s.get(guest_activity), x86::activity::wait_for_sipi);
    if (s.get(guest_activity) != x86::activity::active) {
      EXPECT_TRUE(s.get(pin_controls) & x86::pin_control::preemption_timer);
    }
  });
}

}  // namespace
}  // namespace umbra::entrycheck::test
