// Events: classes, double faults, what is injected again, and when interrupts are taken.
#include <gtest/gtest.h>

#include "models/reference/double_fault.hpp"
#include "models/reference/event_delivery.hpp"
#include "models/reference/interruptibility.hpp"

namespace umbra::reference::test {
namespace {

using x86::event_type;
constexpr unsigned de = 0, db = 1, ud = 6, df = 8, ts = 10, np = 11, ss = 12, gp = 13, pf = 14, mf = 16, ac = 17,
                   mc = 18;

event exception(unsigned vector, word code = 0) { return hardware_exception(vector, code, false); }
event other(event_type type, unsigned vector) { return {.information = event_information(type, vector)}; }
event nothing() { return {}; }

TEST(events, sdm_table_6_1_which_push_an_error_code) {
  for (const unsigned v : {df, ts, np, ss, gp, pf, ac}) EXPECT_TRUE(pushes_error_code(v)) << v;
  for (const unsigned v : {0, 1, 2, 3, 4, 5, 6, 7, 9, 15, 16, 18, 19, 20, 22, 32, 40, 255})
    EXPECT_FALSE(pushes_error_code(v)) << v;
  EXPECT_FALSE(pushes_error_code(21));
  EXPECT_TRUE(pushes_error_code(21, true));
}

TEST(events, sdm_20_1_4_no_error_code_in_real_mode) {
  EXPECT_EQ(hardware_exception(gp, 8, false).information, 0x8000'0b0du);
  EXPECT_EQ(hardware_exception(gp, 8, false).error_code, 8u);
  EXPECT_EQ(hardware_exception(gp, 8, true).information, 0x8000'030du);
  EXPECT_EQ(hardware_exception(gp, 8, true).error_code, 0u);
  EXPECT_EQ(hardware_exception(ud, 8, false).information, 0x8000'0306u);
}

TEST(events, sdm_table_6_5) {
  enum answer { serial, doubled, stop };
  const auto both_of = [](const event& first, unsigned second) {
    const combination c = combine(first, second);
    EXPECT_FALSE(c.double_fault && c.shutdown);
    return c.shutdown ? stop : c.double_fault ? doubled : serial;
  };
  const unsigned contributory[] = {de, ts, np, ss, gp}, benign[] = {db, 2, 3, 4, 5, ud, 7, mf, ac, mc, 19};
  for (const unsigned first : contributory) {
    for (const unsigned second : contributory) EXPECT_EQ(both_of(exception(first), second), doubled);
    for (const unsigned second : benign) EXPECT_EQ(both_of(exception(first), second), serial);
    EXPECT_EQ(both_of(exception(first), pf), serial);
    EXPECT_EQ(both_of(exception(pf), first), doubled);
    EXPECT_EQ(both_of(exception(df), first), stop);
    for (const unsigned second : benign) EXPECT_EQ(both_of(exception(second), first), serial);
  }
  EXPECT_EQ(both_of(exception(pf), pf), doubled);
  EXPECT_EQ(both_of(exception(df), pf), stop);
  for (const unsigned second : benign) {
    EXPECT_EQ(both_of(exception(pf), second), serial);
    EXPECT_EQ(both_of(exception(df), second), serial);
    EXPECT_EQ(both_of(exception(second), pf), serial);
  }
  // Interrupts are benign whatever their vector, and so is INT n.
  for (const event_type t : {event_type::external_interrupt, event_type::nmi, event_type::software_interrupt,
                             event_type::software_exception, event_type::privileged_exception})
    for (const unsigned first : {df, pf, gp}) EXPECT_EQ(both_of(other(t, first), gp), serial);
  EXPECT_EQ(both_of(nothing(), pf), serial);
}

TEST(events, sdm_28_2_4_what_is_injected_again) {
  event interrupt = other(event_type::external_interrupt, 0x31);
  interrupt.information |= 0x1000;  // undefined in the vectoring field, reserved at entry
  interrupt.length = 3;
  EXPECT_EQ(injected_again(interrupt).information, 0x8000'0031u);
  EXPECT_EQ(injected_again(interrupt).length, 0u);
  const event fault = exception(gp, 0x18);
  EXPECT_TRUE(same_event(injected_again(fault), fault));
  EXPECT_EQ(injected_again(fault).error_code, 0x18u);
  event int3 = other(event_type::software_exception, 3);
  int3.length = 1;
  EXPECT_EQ(injected_again(int3).length, 1u);
  EXPECT_FALSE(injected_again({.information = 0x31}).valid());
}

TEST(events, same_event_compares_what_counts) {
  event a = exception(pf, 2), b = exception(pf, 2);
  EXPECT_TRUE(same_event(a, b));
  b.length = 5;
  EXPECT_TRUE(same_event(a, b));
  b.error_code = 3;
  EXPECT_FALSE(same_event(a, b));
  EXPECT_FALSE(same_event(exception(ud), exception(gp)));
  EXPECT_FALSE(same_event(exception(ud), nothing()));
  EXPECT_TRUE(same_event(nothing(), {.information = 6}));
  event into = other(event_type::software_exception, 4), other_length = into;
  other_length.length = 2;
  EXPECT_FALSE(same_event(into, other_length));
}

TEST(events, when_interrupts_are_taken) {
  const word on = x86::rflags::interrupt;
  EXPECT_TRUE(takes_interrupts({.rflags = on}));
  EXPECT_FALSE(takes_interrupts({.rflags = 0}));
  EXPECT_FALSE(takes_interrupts({.rflags = on, .interruptibility = x86::interruptibility::by_sti}));
  EXPECT_FALSE(takes_interrupts({.rflags = on, .interruptibility = x86::interruptibility::by_mov_ss}));
  EXPECT_TRUE(takes_interrupts({.rflags = on, .interruptibility = x86::interruptibility::by_nmi}));
  EXPECT_TRUE(takes_interrupts({.rflags = on, .activity = x86::activity::hlt}));
  EXPECT_FALSE(takes_interrupts({.rflags = on, .activity = x86::activity::shutdown}));
  EXPECT_FALSE(takes_interrupts({.rflags = on, .activity = x86::activity::wait_for_sipi}));
}

TEST(events, when_nmis_are_taken) {
  EXPECT_TRUE(takes_nmis({}));
  EXPECT_FALSE(takes_nmis({.interruptibility = x86::interruptibility::by_nmi}));
  EXPECT_FALSE(may_take_nmis({.interruptibility = x86::interruptibility::by_mov_ss}));
  EXPECT_TRUE(may_take_nmis({.interruptibility = x86::interruptibility::by_sti}));
  EXPECT_FALSE(takes_nmis({.interruptibility = x86::interruptibility::by_sti}));
  EXPECT_TRUE(takes_nmis({.activity = x86::activity::shutdown}));
  EXPECT_FALSE(takes_nmis({.activity = x86::activity::wait_for_sipi}));
}

TEST(events, sdm_table_6_2_order) {
  const interrupt_state open{.rflags = x86::rflags::interrupt}, masked{};
  pending_events p{.interrupted = true, .exception = true, .nmi = true, .interrupt = true};
  const auto now = [&](const interrupt_state& s) {
    const pending_events d = delivered_now(p, s);
    EXPECT_LE(d.interrupted + d.exception + d.nmi + d.interrupt, 1);
    return d.interrupted ? 'd' : d.exception ? 'x' : d.nmi ? 'n' : d.interrupt ? 'i' : '-';
  };
  EXPECT_EQ(now(open), 'd');
  p.interrupted = false;
  EXPECT_EQ(now(open), 'x');
  p.exception = false;
  EXPECT_EQ(now(open), 'n');
  EXPECT_EQ(now({.rflags = x86::rflags::interrupt, .interruptibility = x86::interruptibility::by_nmi}), 'i');
  p.nmi = false;
  EXPECT_EQ(now(open), 'i');
  EXPECT_EQ(now(masked), '-');
  p.interrupt = false;
}

}  // namespace
}  // namespace umbra::reference::test
