// What is kept of a run, and that runs before it stay.
#include "tools/cli/history.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tools/cli/process.hpp"
#include "tools/cli/test/scratch.hpp"
#include "tools/cli/tree.hpp"

namespace umbra::tools {
namespace {

class history : public testing::Test {
 protected:
  history() { ::setenv("UMBRA_ROOT", scratch_.path().c_str(), 1); }
  ~history() override { ::unsetenv("UMBRA_ROOT"); }

  nlohmann::json line(unsigned n) const {
    std::istringstream in(read_file(scratch_ / "build/reports/history/dance.jsonl"));
    std::string text;
    for (unsigned i = 0; i <= n; ++i) std::getline(in, text);
    return nlohmann::json::parse(text);
  }

  int git(const std::vector<std::string>& question) const {
    std::vector<std::string> words{"git", "-c", "user.name=a", "-c", "user.email=a@b.c"};
    words.insert(words.end(), question.begin(), question.end());
    return run({.words = words, .directory = scratch_.path(), .output = scratch_ / "log"});
  }

  scratch scratch_;
};

TEST_F(history, grows_by_a_line_a_run) {
  keep_report("dance", {{"steps", 1}});
  keep_report("dance", {{"steps", 2}});
  EXPECT_EQ(nlohmann::json::parse(read_file(scratch_ / "build/reports/dance.json"))["steps"], 2);
  EXPECT_EQ(line(0)["report"]["steps"], 1);
  EXPECT_EQ(line(1)["report"]["steps"], 2);
  EXPECT_EQ(line(1)["at"].get<std::string>().size(), std::string("2026-01-01T00:00:00Z").size());
}

TEST_F(history, says_which_tree_it_was) {
  write_file(scratch_ / "a", "1");
  ASSERT_EQ(git({"init", "--quiet"}), 0);
  ASSERT_EQ(git({"add", "a"}), 0);
  ASSERT_EQ(git({"commit", "--quiet", "-m", "a"}), 0);
  keep_report("dance", {});
  EXPECT_EQ(line(0)["commit"].get<std::string>().size(), 40u);
  EXPECT_FALSE(line(0)["changed"]);
  write_file(scratch_ / "a", "2");
  keep_report("dance", {});
  EXPECT_TRUE(line(1)["changed"]);
}

}  // namespace
}  // namespace umbra::tools
