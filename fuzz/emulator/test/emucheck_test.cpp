// The comparison itself: that it draws what it should, and cannot be satisfied by less.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/x86/flags.hpp"
#include "fuzz/emulator/completeness.hpp"
#include "fuzz/emulator/generator.hpp"
#include "fuzz/emulator/report.hpp"
#include "fuzz/emulator/spelling.hpp"
#include "fuzz/emulator/subject.hpp"
#include "fuzz/emulator/undefined.hpp"

namespace umbra::emucheck {
namespace {

form find(const std::string& name) {
  for (const form& f : all_forms()) {
    if (f.name() == name) return f;
  }
  ADD_FAILURE() << "there is no form " << name;
  return all_forms().front();
}

TEST(forms, are_all_different_and_named_by_their_bytes) {
  std::vector<std::string> names;
  for (const form& f : all_forms()) names.push_back(f.name());
  const std::size_t count = names.size();
  std::sort(names.begin(), names.end());
  // 63 is ARPL outside 64-bit mode and MOVSXD in it.
  EXPECT_EQ(static_cast<std::size_t>(std::unique(names.begin(), names.end()) - names.begin()), count - 2);
  for (const char* name :
       {"00 r", "00 m", "0F B1 m", "0F BA /5 m", "0F C7 /1 m", "80 /7 r", "0F 01 /1 rm 3", "C8", "REX.B 90"}) {
    find(name);
  }
}

TEST(forms, have_the_sizes_and_modes_of_their_operands) {
  EXPECT_EQ(find("00 r").sizes(64), (std::vector<unsigned>{4}));
  EXPECT_EQ(find("01 r").sizes(32), (std::vector<unsigned>{2, 4}));
  EXPECT_EQ(find("01 r").sizes(64), (std::vector<unsigned>{2, 4, 8}));
  EXPECT_EQ(find("50").sizes(64), (std::vector<unsigned>{2, 8}));
  EXPECT_EQ(find("E8").sizes(64), (std::vector<unsigned>{8}));
  EXPECT_FALSE(find("27").exists(64));
  EXPECT_FALSE(find("0F 00 /2 m").exists(16));
  EXPECT_TRUE(find("62 m").exists(32));
  EXPECT_FALSE(find("62 m").exists(64));
}

TEST(specimens, are_a_function_of_the_seed) {
  const form f = find("0F BA /5 m");
  fuzz::random a(7), b(7);
  for (unsigned n = 0; n < 100; ++n) {
    const specimen x = draw(f, 64, 8, a), y = draw(f, 64, 8, b);
    EXPECT_EQ(x.code, y.code);
    EXPECT_EQ(x.before.gpr, y.before.gpr);
  }
}

TEST(specimens, use_every_way_of_addressing_and_reach_all_windows) {
  const form f = find("8B m");
  fuzz::random chance(1);
  unsigned wide_sib = 0, relative = 0, locked = 0, crossing = 0;
  for (unsigned n = 0; n < 2000; ++n) {
    const specimen s = draw(f, 64, 8, chance);
    for (unsigned i = 0; i + 1 < s.length; ++i) {
      if (s.code[i] != 0x8b) continue;
      wide_sib += (s.code[i + 1] & 7) == 4;
      relative += (s.code[i + 1] & 0xc7) == 5;
      break;
    }
    crossing += (s.before.rip & 0xfff) + s.length > 0x1000;
    locked += s.code[0] == 0xf0;
  }
  EXPECT_GT(wide_sib, 50u);
  EXPECT_GT(relative, 20u);
  EXPECT_GT(crossing, 50u);
  EXPECT_EQ(locked, 0u) << "MOV takes no LOCK";
}

TEST(undefined_flags, follow_the_count_of_a_shift) {
  namespace rflags = x86::rflags;
  specimen s;
  s.operand_bytes = 4;
  const form by_cl = find("D3 /4 r");
  s.before.gpr[1] = 0x20;  // masked to 0
  EXPECT_EQ(undefined_after(by_cl, s).flags, 0u);
  s.before.gpr[1] = 1;
  EXPECT_EQ(undefined_after(by_cl, s).flags, rflags::af);
  s.before.gpr[1] = 5;
  EXPECT_EQ(undefined_after(by_cl, s).flags, rflags::af | rflags::of);
  s.before.gpr[1] = 31;
  EXPECT_EQ(undefined_after(find("D2 /5 r"), s).flags, rflags::af | rflags::of | rflags::cf);
  EXPECT_EQ(undefined_after(find("D2 /0 r"), s).flags, rflags::of) << "a rotate has no other";
  EXPECT_EQ(undefined_after(find("01 r"), s).flags, 0u);
}

TEST(results, are_good_only_if_every_case_was_executed_often_enough) {
  results r;
  r.successes = 10;
  EXPECT_FALSE(r.good()) << "nothing was compared";
  r.executions.cases.push_back({"a", {.tried = 10, .succeeded = 10}, ""});
  EXPECT_TRUE(r.good());
  r.executions.cases.push_back({"b", {.tried = 200, .succeeded = 9, .faulted = 191}, ""});
  EXPECT_FALSE(r.good());
  EXPECT_THAT(summary(r), testing::HasSubstr("b: only 9 of 10 successes in 200 tries"));
  r.executions.cases.back() = {"b", {}, "some reason"};
  EXPECT_TRUE(r.good());
  r.executions.cases.back() = {"b", {}, ""};
  EXPECT_FALSE(r.good()) << "a form that was never executed";
}

TEST(results, are_not_good_with_a_difference_or_too_many_known_ones) {
  results r;
  r.successes = 1;
  r.executions.cases.push_back({"a", {.tried = 1000, .succeeded = 991, .excused = 9}, ""});
  EXPECT_TRUE(r.good());
  r.executions.cases[0].sum.excused = 10;
  EXPECT_FALSE(r.good());
  r.executions.cases[0].sum.excused = 0;
  r.executions.cases[0].sum.wrong = 1;
  EXPECT_FALSE(r.good());
  r.executions.cases[0].sum.wrong = 0;
  r.bytes.wrong = 1;
  EXPECT_FALSE(r.good());
  r.bytes.wrong = 0;
  r.complaints.push_back("something is missing");
  EXPECT_FALSE(r.good());
}

TEST(completeness, no_opcode_is_forgotten_and_no_omission_outdated) {
  EXPECT_THAT(forgotten_opcodes(), testing::IsEmpty());
  EXPECT_THAT(outdated_omissions(), testing::IsEmpty());
}

TEST(comparison_of_engines, finds_nothing_in_a_sample_of_every_case) {
  request q;
  q.successes = 5;
  std::string first;
  q.wrong = [&](const comparison& c, const std::string& what) {
    if (first.empty()) first = describe(c, what);
  };
  const tally t = compare(q);
  EXPECT_EQ(first, "");
  EXPECT_GT(t.cases.size(), 3000u);
}

struct deviation {
  const char* name;
  void (*spoil)(outcome&);
};

/// An emulator that goes wrong in one respect, in all that it completes: no known difference may account for that.
class deviating_emulator : public testing::TestWithParam<deviation> {};

TEST_P(deviating_emulator, is_never_excused) {
  request q;
  q.successes = 5;
  q.attempts = 1;
  q.spoil = [](outcome& ours) {
    if (ours.kind == outcome_kind::done) GetParam().spoil(ours);
  };
  tally t = compare(q);
  t.excused_by.erase("write to a code segment");  // it faults, so that nothing was spoilt
  EXPECT_GT(t.total().wrong, t.total().tried / 2);
  for (const auto& [name, count] : t.excused_by) EXPECT_EQ(count, 0u) << name;
}

INSTANTIATE_TEST_SUITE_P(in, deviating_emulator,
                         testing::Values(deviation{"general_register", [](outcome& o) { o.after.gpr[3] ^= 0x4000; }},
                                         deviation{"instruction_pointer", [](outcome& o) { o.after.rip += 1; }},
                                         deviation{"flags", [](outcome& o) { o.after.rflags ^= x86::rflags::nt; }}),
                         [](const auto& each) { return each.param.name; });

TEST(spelling, is_for_what_unicorn_misreads_only) {
  const auto spelt = [](const char* name, std::initializer_list<std::uint8_t> bytes) {
    specimen s;
    s.bits = 64;
    s.length = static_cast<unsigned>(bytes.size());
    std::copy(bytes.begin(), bytes.end(), s.code.begin());
    const specimen other = spelt_for_unicorn(find(name), s);
    EXPECT_EQ(other.length, s.length);
    return std::vector<std::uint8_t>(other.code.begin(), other.code.begin() + other.length);
  };
  using bytes = std::vector<std::uint8_t>;
  EXPECT_EQ(spelt("01 r", {0x48, 0x66, 0x01, 0xc0}), (bytes{0x66, 0x66, 0x01, 0xc0}));
  EXPECT_EQ(spelt("01 m", {0x64, 0x41, 0x65, 0x48, 0x01, 0x00}), (bytes{0x64, 0x65, 0x65, 0x48, 0x01, 0x00}));
  EXPECT_EQ(spelt("C7 /0 r", {0x4d, 0xc7, 0xc0, 1, 2, 3, 4}), (bytes{0x49, 0xc7, 0xc0, 1, 2, 3, 4}));
  EXPECT_EQ(spelt("0F A4 m", {0x0f, 0xa4, 0x05, 0xff, 0xff, 0, 0, 9}), (bytes{0x0f, 0xa4, 0x05, 0, 0, 1, 0, 9}));
  EXPECT_EQ(spelt("E8", {0x66, 0xe8, 1, 2, 3, 4}), (bytes{0x3e, 0xe8, 1, 2, 3, 4}));
  EXPECT_EQ(spelt("E8", {0x66, 0xf2, 0xe8, 1, 2, 3, 4}), (bytes{0xf2, 0xf2, 0xe8, 1, 2, 3, 4}));
  EXPECT_EQ(spelt("01 r", {0x66, 0x48, 0x01, 0xc0}), (bytes{0x66, 0x48, 0x01, 0xc0}));
}

TEST(spelling, is_noticed_by_an_instruction_that_reads_itself) {
  unicorn_engine engine(64);
  // call [rip + displacement], with a prefix that is spelt otherwise.
  const auto reads_code = [&](std::uint8_t displacement) {
    specimen s;
    s.bits = 64;
    s.code = {0x66, 0xff, 0x15, displacement, displacement >= 0x80 ? std::uint8_t{0xff} : std::uint8_t{0}};
    if (displacement >= 0x80) s.code[5] = s.code[6] = 0xff;
    s.length = 7;
    s.before.rip = 0x1000;
    s.before.gpr[4] = 0x8000;
    prepare(engine.ram(), s);
    return run_spelt(engine, find("FF /2 m"), s).reads_code;
  };
  EXPECT_TRUE(reads_code(0xf9));  // its first byte
  EXPECT_TRUE(reads_code(0xf2));  // 7 bytes before, of 8
  EXPECT_FALSE(reads_code(0x10));
}

TEST(comparison_of_lengths, finds_nothing_in_a_sample) {
  std::string first;
  const auto told = [&](const verdicts& v) {
    if (first.empty()) first = describe(v);
  };
  EXPECT_GT(compare_random(100000, 3, told).alike, 90000u);
  EXPECT_GT(compare_forms(3, 3, told).alike, 10000u);
  EXPECT_EQ(first, "");
}

}  // namespace
}  // namespace umbra::emucheck
