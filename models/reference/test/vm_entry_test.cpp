// VM entry's checks: guests that pass, and each rule broken by one change to a guest that passes.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "models/reference/test/entry_cases.hpp"

namespace umbra::reference::test {
namespace {

std::string text(const entry_rule& r) { return std::string(r.section) + " " + r.subject + " " + r.text; }

std::set<std::string> broken_rules(const scene& s) {
  std::set<std::string> broken;
  const entry_view v = s.view();
  for (unsigned i = 0; i < rule_count(); ++i)
    if (!rule_at(i).holds(v)) broken.insert(text(rule_at(i)));
  return broken;
}

TEST(vm_entry, accepts_typical_guests) {
  for (const auto guest : {protected_guest, long_guest, long_user_guest, pae_guest, virtual_8086_guest, real_guest}) {
    const scene s(guest());
    EXPECT_EQ(broken_rules(s), std::set<std::string>{});
    EXPECT_TRUE(s.verdict().surely_enters());
  }
}

TEST(vm_entry, accepts_what_is_allowed) {
  for (const allowance& a : allowances) {
    scene s(a.guest());
    a.make(s);
    EXPECT_EQ(broken_rules(s), std::set<std::string>{}) << a.why;
    EXPECT_TRUE(s.verdict().surely_enters()) << a.why;
  }
}

TEST(vm_entry, each_breach_breaks_its_rule) {
  for (const breach& b : breaches) {
    scene s(b.guest());
    b.spoil(s);
    std::string all;
    bool named = false;
    for (const std::string& rule : broken_rules(s)) {
      all += rule + "; ";
      named = named || rule.find(std::string(b.subject) + " " + b.begins) != std::string::npos;
    }
    EXPECT_TRUE(named) << b.subject << " " << b.begins << ": broken are " << all;
    EXPECT_FALSE(s.verdict().surely_enters()) << b.subject << " " << b.begins;
  }
}

TEST(vm_entry, every_rule_is_broken_by_some_breach) {
  std::set<std::string> never;
  for (unsigned i = 0; i < rule_count(); ++i) never.insert(text(rule_at(i)));
  EXPECT_EQ(never.size(), rule_count()) << "two rules read the same";
  for (const breach& b : breaches) {
    scene s(b.guest());
    b.spoil(s);
    for (const std::string& rule : broken_rules(s)) never.erase(rule);
  }
  EXPECT_EQ(never, std::set<std::string>{});
}

// How attempts may end (27.2, 27.3, 27.4, 27.8).

constexpr entry_answer entered{}, control_error{.error = 7}, host_error{.error = 8};
constexpr entry_answer guest_error(word qualification) { return {.exit_reason = 33, .qualification = qualification}; }
constexpr entry_answer msr_error(word entry) { return {.exit_reason = 34, .qualification = entry}; }

/// Which of the usual answers are legal, as a word with a letter for each.
std::string legal_answers(const scene& s) {
  const entry_verdict v = s.verdict();
  std::string letters;
  if (legal(v, entered)) letters += 'e';
  if (legal(v, control_error)) letters += 'c';
  if (legal(v, host_error)) letters += 'h';
  for (const word q : {0, 2, 3, 4})
    if (legal(v, guest_error(q))) letters += static_cast<char>('0' + q);
  for (const word n : {1, 2, 3})
    if (legal(v, msr_error(n))) letters += static_cast<char>('A' + n - 1);
  return letters;
}

TEST(vm_entry, ends_as_the_sdm_says) {
  scene s(pae_guest());
  EXPECT_EQ(legal_answers(s), "e");
  s[entry_msr_load_count] = 1;
  s[entry_msr_load_address] = 0xa000;
  s.memory.quads[0xa000] = 0xc000'0100;  // IA32_FS_BASE
  EXPECT_EQ(legal_answers(s), "A");
  s.memory.quads[0x2000] = 3;  // a PDPTE with a reserved bit
  EXPECT_EQ(legal_answers(s), "2");
  s[guest_rflags] = 0;
  EXPECT_EQ(legal_answers(s), "02");
  s[link_pointer] = 1;
  EXPECT_EQ(legal_answers(s), "024");
  s[host_cs_selector] = 3;
  EXPECT_EQ(legal_answers(s), "h");
  s[pin_controls] = 0;
  EXPECT_EQ(legal_answers(s), "ch");
}

TEST(vm_entry, sdm_27_3_1_5_an_nmi_in_the_shadow_of_sti_may_enter_or_not) {
  scene s(long_guest());
  s[guest_rflags] |= flags::interrupt;
  s[guest_interruptibility] = blocking::by_sti;
  s[entry_event] = event(event_type::nmi, 2);
  EXPECT_EQ(legal_answers(s), "e3");
  EXPECT_TRUE(s.verdict().may_enter());
  EXPECT_FALSE(s.verdict().surely_enters());
}

TEST(vm_entry, sdm_27_4_which_msr_fails) {
  const auto first_failing = [](std::vector<std::pair<word, word>> list, fields guest = long_guest()) {
    scene s(std::move(guest));
    s[entry_msr_load_count] = list.size();
    s[entry_msr_load_address] = 0xa000;
    for (unsigned i = 0; i < list.size(); ++i) {
      s.memory.quads[0xa000 + 16 * i] = list[i].first;
      s.memory.quads[0xa008 + 16 * i] = list[i].second;
    }
    return s.verdict().msr;
  };
  const std::pair<word, word> lstar{0xc000'0082, 0xffff'ffff'8000'0000};
  EXPECT_EQ(first_failing({lstar, lstar}), 0u);
  EXPECT_EQ(first_failing({lstar, {0xc000'0082, word{1} << 47}, {0xc000'0100, 0}}), 2u);
  EXPECT_EQ(first_failing({{0xc000'0101, 0}}), 1u);
  EXPECT_EQ(first_failing({lstar, {0x80b, 0}}), 2u);
  EXPECT_EQ(first_failing({{0x9b, 0}}), 1u);
  EXPECT_EQ(first_failing({{word{1} << 32 | 0xc000'0082, 0}}), 1u);
  EXPECT_EQ(first_failing({{0x79, 0x1000}}), 1u);
  EXPECT_EQ(first_failing({{0x1234'5678, 0}}), 1u);
  EXPECT_EQ(first_failing({{0xc000'0080, 0xd01}}), 0u);
  EXPECT_EQ(first_failing({{0xc000'0080, 0x801}}), 1u);  // LME under paging
  EXPECT_EQ(first_failing({{0xc000'0080, 0x101}}, protected_guest()), 1u);
  EXPECT_EQ(first_failing({{0xc000'0080, 0x101}}, real_guest()), 0u);
}

}  // namespace
}  // namespace umbra::reference::test
