// Mutants keep their names, samples are drawn by a seed, arguments are about lines, changes are drawn as diffs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/cli/error.hpp"
#include "tools/cli/test/scratch.hpp"
#include "tools/cli/tree.hpp"
#include "tools/mutate/arguments.hpp"
#include "tools/mutate/fate.hpp"
#include "tools/mutate/report.hpp"

namespace umbra::tools {
namespace {

using ::testing::HasSubstr;

/// One mutant for each `1` of a text: another number.
std::vector<mutation> ones(const std::string& text) {
  std::vector<proposal> all;
  for (std::size_t at = text.find('1'); at != std::string::npos; at = text.find('1', at + 1)) {
    all.push_back({"off-by-one", "f", {"a.cpp", at, at + 1, "2"}});
  }
  return named(all, [&](const std::string&) -> const std::string& { return text; });
}

std::vector<std::string> ids(const std::vector<mutation>& all) {
  std::vector<std::string> names;
  for (const mutation& m : all) names.push_back(m.id);
  return names;
}

TEST(mutation_names, stay_when_lines_move) {
  EXPECT_EQ(ids(ones("a = 1;\nb = 1;\n")), ids(ones("\n// new\n  a =  1;\n\nb = 1;\n")));
}

TEST(mutation_names, tell_lines_that_read_the_same_apart) {
  const auto all = ids(ones("a = 1;\na = 1;\na = 1;\n"));
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), 3u);
}

TEST(mutation_names, are_of_changes_once) {
  const std::string text = "a = 1;";
  const proposal p{"off-by-one", "f", {"a.cpp", 4, 5, "2"}};
  EXPECT_EQ(named({p, p}, [&](const std::string&) -> const std::string& { return text; }).size(), 1u);
}

std::string many() {
  std::string text;
  for (int n = 0; n < 200; ++n) text += "x" + std::string(static_cast<std::size_t>(n), 'y') + " = 1;\n";
  return text;
}

TEST(samples, are_the_same_for_the_same_seed_only) {
  const auto all = ones(many());
  EXPECT_EQ(ids(sample(all, 50, 1)), ids(sample(all, 50, 1)));
  EXPECT_NE(ids(sample(all, 50, 1)), ids(sample(all, 50, 2)));
  EXPECT_EQ(sample(all, 500, 1).size(), 200u);
}

TEST(samples, hardly_change_when_the_tree_hardly_does) {
  auto all = ones(many());
  const auto before = ids(sample(all, 50, 1));
  all.erase(all.begin());
  const auto after = ids(sample(all, 50, 1));
  std::vector<std::string> lost;
  for (const std::string& id : before) {
    if (std::find(after.begin(), after.end(), id) == after.end()) lost.push_back(id);
  }
  EXPECT_LE(lost.size(), 1u);
}

TEST(shards, are_a_partition) {
  const auto all = ones(many());
  std::multiset<std::string> together;
  for (unsigned n = 1; n <= 3; ++n) {
    for (const std::string& id : ids(shard(all, n, 3))) together.insert(id);
  }
  const auto names = ids(all);
  EXPECT_EQ(together, std::multiset<std::string>(names.begin(), names.end()));
}

TEST(drawing, is_a_unified_diff) {
  EXPECT_EQ(drawn("a\nb\nc\nd\nx = 1;\ne\n", {"a.cpp", 12, 13, "2"}),
            "--- a/a.cpp\n+++ b/a.cpp\n@@ -2,5 +2,5 @@\n b\n c\n d\n-x = 1;\n+x = 2;\n e\n");
  EXPECT_EQ(drawn("if (a)\n  b();\nc();\n", {"a.cpp", 0, 12, ""}),
            "--- a/a.cpp\n+++ b/a.cpp\n@@ -1,3 +1,2 @@\n-if (a)\n-  b();\n+;\n c();\n");
}

class arguments : public ::testing::Test {
 protected:
  std::vector<argument> written(const std::string& because, const std::string& was = "a = 1;", int nth = 0) {
    write_file(place_ / "arguments.json", R"([{"file": "a.cpp", "function": "f", "was": ")" + was +
                                              R"(", "becomes": "a = 2;", "because": ")" + because + R"(", "nth": )" +
                                              std::to_string(nth) + "}]");
    return arguments_in(place_ / "arguments.json");
  }
  scratch place_;
};

TEST_F(arguments, are_of_one_mutant_wherever_its_line_is) {
  const auto some = written("nobody ever looks at a again");
  for (const std::string text : {"a = 1;\nb = 1;\n", "\n\nb = 1;\n   a =  1;\n"}) {
    const auto all = ones(text);
    unsigned about = 0;
    for (const mutation& m : all) about += !argued(some, all, m).empty();
    EXPECT_EQ(about, 1u);
    EXPECT_TRUE(idle(some, all).empty());
  }
}

TEST_F(arguments, tell_lines_that_read_the_same_apart) {
  const auto all = ones("a = 1;\na = 1;\n");
  const auto some = written("nobody ever looks at a again", "a = 1;", 1);
  EXPECT_EQ(argued(some, all, all[0]), "");
  EXPECT_NE(argued(some, all, all[1]), "");
}

TEST_F(arguments, are_idle_when_their_line_has_changed) {
  const auto some = written("nobody ever looks at a again", "a = b + 1;");
  EXPECT_EQ(idle(some, ones("a = 1;\n")).size(), 1u);
}

TEST_F(arguments, have_to_say_something) {
  try {
    written("trust me");
    FAIL();
  } catch (const error& e) {
    EXPECT_THAT(e.what(), HasSubstr("'trust me' is no argument"));
  }
}

fate killed_by(const std::string& engine) {
  fate f{.subject = ones("a = 1;").front(), .became = fate::state::killed, .opinions = {}, .why = {}};
  f.opinions.push_back({"tests", "quiet_test", opinion::answer::quiet, "", 1});
  f.opinions.push_back({engine, "judge", opinion::answer::noticed, "I3: \"quoted\"", 2});
  return f;
}

TEST(fates, are_written_and_read_again) {
  const fate f = killed_by("fuzz"), again = from_line(to_line(f), f.subject);
  EXPECT_EQ(to_line(again), to_line(f));
  EXPECT_EQ(again.killer()->what, "I3: \"quoted\"");
  EXPECT_THROW(from_line("{}", f.subject), error);
}

TEST(fates, count_as_killed_only_when_something_was_noticed) {
  std::vector<fate> all{killed_by("tests"), killed_by("fuzz")};
  for (const auto s : {fate::state::survived, fate::state::late, fate::state::equal, fate::state::stillborn}) {
    all.push_back({.subject = all[0].subject, .became = s, .opinions = {}, .why = {}});
  }
  const tally t = tally_of(all);
  EXPECT_EQ(t.count(), 4u);
  EXPECT_DOUBLE_EQ(t.rate(), 50);
  EXPECT_THAT(sum(t), HasSubstr("2 of 4 killed (50.0 %): 1 by tests, 1 by fuzzing"));
}

}  // namespace
}  // namespace umbra::tools
