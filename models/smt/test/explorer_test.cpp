// The explorer: what it must find, and each way in which it must refuse a verdict.
#include <gtest/gtest.h>

#include <unistd.h>
#include <csignal>
#include <set>

#include "models/smt/explorer.hpp"
#include "models/smt/workers.hpp"

namespace umbra::smt {
namespace {

/// Three bits of one word, one decision each.
void three_decisions(path& p) {
  const word w = p.any_word("w");
  unsigned set = 0;
  for (unsigned bit = 0; bit < 3; ++bit) {
    if (has(w, std::uint64_t{1} << bit)) ++set;
  }
  p.prove(flag(set <= 3), "three bits are at most three");
}

TEST(explorer, takes_each_way_once) {
  const exploration e = explore(three_decisions);
  EXPECT_TRUE(e.sound()) << e.what;
  EXPECT_EQ(e.done.paths, 8u);
  EXPECT_EQ(e.done.forks, 7u);
  EXPECT_TRUE(e.done.seen.whole());
}

TEST(explorer, takes_no_way_that_is_impossible) {
  bool entered = false;
  const exploration e = explore([&](path& p) {
    const word w = p.any_word("w");
    if (w < word{10}) {
      if (w > word{20}) entered = true;
      if (has_all(w, 0x10)) entered = true;
    }
  });
  EXPECT_TRUE(e.sound());
  EXPECT_FALSE(entered);
  EXPECT_EQ(e.done.paths, 2u);
  EXPECT_EQ(e.done.forced, 2u);
}

TEST(explorer, asks_the_same_question_once) {
  const exploration e = explore([](path& p) {
    const word w = p.any_word("w");
    const bool small = static_cast<bool>(w < word{10});
    for (int again = 0; again < 5; ++again) EXPECT_EQ(static_cast<bool>(w < word{10}), small);
    EXPECT_NE(static_cast<bool>(!(w < word{10})), small);
  });
  EXPECT_EQ(e.done.paths, 2u);
  EXPECT_EQ(e.done.forced, 0u);
}

TEST(explorer, refutes_with_a_case) {
  const exploration e = explore([](path& p) {
    const word w = p.any_word("w");
    p.on_case(
        [=](const witness& c, const char* failing) { return std::string(failing) + " at " + std::to_string(c(w)); });
    if (w < word{1000}) p.prove(w != word{777}, "no small word is 777");
    p.conclude();
  });
  EXPECT_TRUE(e.refuted);
  EXPECT_EQ(e.what, "no small word is 777");
  ASSERT_EQ(e.cases.size(), 1u);
  EXPECT_EQ(e.cases[0], "no small word is 777 at 777");
}

TEST(explorer, names_the_obligation_that_fails_among_those_asked_at_once) {
  const exploration e = explore([](path& p) {
    const word w = p.any_word("w");
    p.prove((w & word{1}) < word{2}, "a bit is less than two");
    p.prove(w != word{5}, "no word is five");
    p.prove((w | word{1}) != word{0}, "a word with a bit set is not zero");
  });
  EXPECT_TRUE(e.refuted);
  EXPECT_EQ(e.what, "no word is five");
}

TEST(explorer, prefers_the_cases_that_people_read) {
  const exploration e = explore([](path& p) {
    const word w = p.any_word("w");
    p.on_case([=](const witness& c, const char*) { return std::to_string(c(w)); });
    p.prefer(w < word{8});
    p.prefer(w > word{6});
    p.prefer(w == word{1});  // cannot hold beside the others
    p.prove(w == word{3}, "every word is three");
    p.conclude();
  });
  ASSERT_EQ(e.cases.size(), 1u);
  EXPECT_EQ(e.cases[0], "7");
}

TEST(explorer, shows_a_case_of_each_path) {
  request r;
  r.wants_cases = true;
  const exploration e = explore(
      [](path& p) {
        const word w = p.any_word("w");
        p.on_case([=](const witness& c, const char* failing) {
          EXPECT_EQ(failing, nullptr);
          return std::to_string(c(w) & 3);
        });
        for (unsigned bit = 0; bit < 2; ++bit) static_cast<void>(static_cast<bool>(has(w, std::uint64_t{1} << bit)));
        p.conclude();
      },
      r);
  EXPECT_EQ(std::set<std::string>(e.cases.begin(), e.cases.end()), (std::set<std::string>{"0", "1", "2", "3"}));
}

TEST(explorer, closes_paths_that_an_assumption_rules_out) {
  const exploration e = explore([](path& p) {
    const word w = p.any_word("w");
    const bool odd = static_cast<bool>(has(w, 1));
    p.assume(w == word{4});
    EXPECT_FALSE(odd);
  });
  EXPECT_TRUE(e.sound());
  EXPECT_EQ(e.done.paths, 1u);
  EXPECT_EQ(e.done.closed, 1u);
}

TEST(explorer, enumerates_the_values_of_a_word) {
  std::multiset<std::uint64_t> values;
  const exploration e = explore([&](path& p) {
    const word w = p.any_word("w");
    p.assume(w < word{5});
    values.insert(p.value_of(w));
  });
  EXPECT_EQ(e.done.paths, 5u);
  EXPECT_EQ(values, (std::multiset<std::uint64_t>{0, 1, 2, 3, 4}));
}

TEST(explorer, gives_a_function_one_value_for_one_argument) {
  const exploration e = explore([](path& p) {
    const word a = p.any_word("a"), b = p.any_word("b");
    const bits of_a = p.any_that_agrees("f", 64, {});
    const bits of_b = p.any_that_agrees("f", 64, {{a == b, of_a}});
    if (a == b) {
      p.prove(word(of_a, 0) == word(of_b, 0), "equal arguments, equal values");
    } else if (word(of_a, 0) == word(of_b, 0)) {
    }
  });
  EXPECT_TRUE(e.sound()) << e.what;
  EXPECT_EQ(e.done.paths, 3u);
}

TEST(explorer, refuses_code_that_is_not_deterministic) {
  int runs = 0;
  const exploration e = explore([&](path& p) {
    const word w = p.any_word("w");
    ++runs;
    if (w < word{static_cast<std::uint64_t>(runs)}) {
    }
    if (w < word{100}) {
    }
  });
  EXPECT_EQ(e.failed, failure_kind::diverged);
}

TEST(explorer, refuses_a_run_that_ends_before_its_known_decisions) {
  int runs = 0;
  const exploration e = explore([&](path& p) {
    const word w = p.any_word("w");
    if (++runs > 1) return;
    if (w < word{100}) {
    }
    if (w < word{50}) {
    }
  });
  EXPECT_EQ(e.failed, failure_kind::diverged);
}

TEST(explorer, refuses_a_loop_without_end) {
  request r;
  r.limits.decisions = 100;
  const exploration e = explore(
      [](path& p) {
        const word w = p.any_word("w");
        for (word n{0}; n < w; n += word{1}) {
        }
      },
      r);
  EXPECT_EQ(e.failed, failure_kind::limit);
}

TEST(explorer, refuses_more_paths_than_its_limit) {
  request r;
  r.limits.paths = 5;
  EXPECT_EQ(explore(three_decisions, r).failed, failure_kind::limit);
}

/// Factors of a product of two primes: no question for a solver with little time.
void hard(path& p) {
  const word a = p.any_word("a"), b = p.any_word("b");
  p.assume(a < word{std::uint64_t{1} << 32});
  p.assume(b < word{std::uint64_t{1} << 32});
  p.assume(a > word{1});
  p.assume(b > word{1});
  p.prove(a * b != word{std::uint64_t{4294967291} * 4294967279}, "it is prime");
}

TEST(explorer, takes_an_answer_that_the_solver_does_not_know_for_a_failure) {
  request r;
  r.limits.effort = 2000;
  const exploration e = explore(hard, r);
  EXPECT_EQ(e.failed, failure_kind::unknown) << e.what;
  EXPECT_FALSE(e.refuted);
}

TEST(explorer, refuses_obligations_that_outlive_what_their_case_looks_at) {
  const exploration e = explore([](path& p) {
    p.on_case([](const witness&, const char*) { return std::string(); });
    p.prove(p.any_word("w") == word{0}, "words are zero");
  });
  EXPECT_EQ(e.failed, failure_kind::misuse);
}

TEST(explorer, has_no_answer_outside_a_path) {
  word w;
  explore([&](path& p) { w = p.any_word("w"); });
  EXPECT_THROW(static_cast<void>(static_cast<bool>(w)), failure);
}

// --- divided among processes
// -------------------------------------------------------------------------------------------

void many_paths(path& p) {
  const word w = p.any_word("w");
  p.assume(w < word{150});
  unsigned set = 0;
  for (unsigned bit = 0; bit < 8; ++bit) set += static_cast<bool>(has(w, std::uint64_t{1} << bit));
  p.prove(flag(set <= 8), "bits are counted");
  p.prove(w + word{1} > w, "small words have a successor");
}

division of(unsigned workers, std::uint64_t budget) {
  division d;
  d.workers = workers;
  d.budget = budget;
  return d;
}

TEST(workers, come_to_the_same_totals_however_the_tree_is_divided) {
  const subject subjects[] = {many_paths, three_decisions};
  const exploration alone = explore(many_paths);
  EXPECT_EQ(alone.done.paths, 150u);
  for (const division& d : {of(1, 1), of(1, 100'000), of(3, 7), of(4, 64)}) {
    const std::vector<exploration> e = explore_all(subjects, d);
    ASSERT_EQ(e.size(), 2u);
    EXPECT_TRUE(e[0].sound()) << e[0].what;
    EXPECT_EQ(e[0].done.paths, alone.done.paths);
    EXPECT_EQ(e[0].done.forks, alone.done.forks);
    EXPECT_EQ(e[0].done.forced, alone.done.forced);
    EXPECT_EQ(e[0].done.discharged, alone.done.discharged);
    EXPECT_TRUE(e[0].done.seen.whole());
    EXPECT_EQ(e[1].done.paths, 8u);
  }
}

TEST(workers, tell_what_one_of_them_refutes) {
  const subject subjects[] = {[](path& p) {
                                const word w = p.any_word("w");
                                p.on_case([=](const witness& c, const char*) { return std::to_string(c(w)); });
                                p.assume(w < word{64});
                                p.value_of(w);
                                p.prove(w != word{33}, "it is not 33");
                                p.conclude();
                              },
                              three_decisions};
  const std::vector<exploration> e = explore_all(subjects, of(2, 4));
  EXPECT_TRUE(e[0].refuted);
  EXPECT_EQ(e[0].cases, std::vector<std::string>{"33"});
  EXPECT_TRUE(e[1].sound());
}

TEST(workers, that_are_killed_are_failures) {
  const subject subjects[] = {[](path& p) {
                                const word w = p.any_word("w");
                                if (w == word{12345}) ::raise(SIGKILL);
                              },
                              three_decisions};
  const std::vector<exploration> e = explore_all(subjects, of(2, 64));
  EXPECT_EQ(e[0].failed, failure_kind::lost);
  EXPECT_NE(e[0].what.find("killed by signal 9"), std::string::npos) << e[0].what;
  EXPECT_TRUE(e[1].sound()) << e[1].what;
}

TEST(workers, that_are_all_gone_leave_nothing_unsaid) {
  const subject subjects[] = {[](path&) { ::_exit(3); }, three_decisions};
  const std::vector<exploration> e = explore_all(subjects, of(1, 64));
  EXPECT_EQ(e[0].failed, failure_kind::lost);
  EXPECT_NE(e[0].what.find("ended with status 3"), std::string::npos) << e[0].what;
  EXPECT_EQ(e[1].failed, failure_kind::lost);
}

TEST(workers, notice_code_that_is_not_the_same_in_another_process) {
  const subject subjects[] = {[](path& p) {
    const word w = p.any_word("w");
    p.assume(w < word{64});
    for (unsigned bit = 0; bit < 6; ++bit)
      static_cast<void>(
          static_cast<bool>(has(w ^ word{static_cast<std::uint64_t>(::getpid())}, std::uint64_t{1} << bit)));
  }};
  const std::vector<exploration> e = explore_all(subjects, of(3, 4));
  EXPECT_EQ(e[0].failed, failure_kind::diverged) << e[0].what;
}

TEST(prefixes, survive_as_text) {
  const prefix p{{step_kind::fork, false, 0xdeadbeef, 0},
                 {step_kind::forced, true, 0, ~std::uint64_t{0}},
                 {step_kind::assumed, true, 7, 1}};
  EXPECT_EQ(prefix_of(to_text(p)), p);
  EXPECT_TRUE(prefix_of("").empty());
  for (const char* wrong : {"x", "f+1", "f+1:2", "q+1:2.", "f*1:2.", "f+1:2.garbage"})
    EXPECT_THROW(prefix_of(wrong), failure) << wrong;
}

TEST(shares, add_up_only_if_every_path_is_there_once) {
  share s;
  for (const unsigned forks : {1u, 2u, 3u}) s += share::of_path(forks);
  EXPECT_FALSE(s.whole());
  s += share::of_path(3);
  EXPECT_TRUE(s.whole());
  EXPECT_TRUE(share::of_text(s.text()).whole());
  s += share::of_path(share::fork_limit);
  EXPECT_FALSE(s.whole());
  EXPECT_THROW(share::of_text("12z"), failure);
}

}  // namespace
}  // namespace umbra::smt
