// The first bad commit of a history that is made for it; and what is said of histories in which there is none.
#include "tools/triage/bisect.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "tools/cli/error.hpp"
#include "tools/cli/test/scratch.hpp"
#include "tools/cli/tree.hpp"

namespace umbra::tools {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

/// Commits 1 to 20; the file `number` says which one is there.
class history : public ::testing::Test {
 protected:
  history() {
    std::string stream;
    for (int n = 1; n <= 20; ++n) {
      const std::string text = std::to_string(n), message = "Number " + text;
      stream += "commit refs/heads/main\nmark :" + text + "\ncommitter n <e> " + text + " +0000\ndata " +
                std::to_string(message.size()) + "\n" + message + "\nM 644 inline number\ndata " +
                std::to_string(text.size()) + "\n" + text + "\n\nreset refs/tags/c" + text + "\nfrom :" + text + "\n\n";
    }
    write_file(place_ / "stream", stream);
    std::filesystem::create_directories(repository());
    const std::string make = "cd " + repository().string() + " && git init -q -b main . && git fast-import --quiet <" +
                             (place_ / "stream").string();
    EXPECT_EQ(std::system(make.c_str()), 0);
  }
  std::filesystem::path repository() const { return place_ / "repository"; }

  bisection bisect(const std::string& range, const std::function<judgement(int)>& judge) {
    bisector b(repository(), place_ / "work" / "tree");
    return b.run(range, [&](const std::string&) { return judge(std::stoi(read_file(b.tree() / "number"))); });
  }
  std::string refusal(const std::string& range, const std::function<judgement(int)>& judge) {
    try {
      bisect(range, judge);
    } catch (const error& e) {
      return e.what();
    }
    return "";
  }
  scratch place_;
};

judgement bad_from_13(int n) { return n >= 13 ? judgement::bad : judgement::good; }

TEST_F(history, has_a_first_bad_commit) {
  const bisection b = bisect("c1..c20", bad_from_13);
  EXPECT_THAT(b.first_bad, HasSubstr(" Number 13"));
  EXPECT_LE(b.judged, 8u);
  EXPECT_FALSE(std::filesystem::exists(place_ / "work" / "tree"));
}

TEST_F(history, of_two_commits_has_one_too) {
  EXPECT_THAT(bisect("c12..c13", bad_from_13).first_bad, HasSubstr(" Number 13"));
}

TEST_F(history, with_commits_that_cannot_be_judged_is_searched_around_them) {
  const auto judge = [](int n) { return n == 10 || n == 11 ? judgement::unknown : bad_from_13(n); };
  EXPECT_THAT(bisect("c1..c20", judge).first_bad, HasSubstr(" Number 13"));
  const auto hidden = [](int n) { return n >= 11 && n <= 13 ? judgement::unknown : bad_from_13(n); };
  const bisection b = bisect("c1..c20", hidden);
  EXPECT_EQ(b.first_bad, "");
  EXPECT_THAT(b.suspects, SizeIs(4));
}

TEST_F(history, with_ends_that_are_not_good_and_bad_is_refused) {
  EXPECT_THAT(refusal("c1..c12", bad_from_13), HasSubstr("Number 12 is not bad: the finding is not there"));
  EXPECT_THAT(refusal("c14..c20", bad_from_13), HasSubstr("Number 14 is not good: the finding is there already"));
  EXPECT_THAT(refusal("c1", bad_from_13), HasSubstr("GOOD..BAD"));
  EXPECT_THAT(refusal("c1..c99", bad_from_13), HasSubstr("There is no commit 'c99'"));
  EXPECT_THAT(refusal("..c20", bad_from_13), HasSubstr("There is no commit ''"));
}

TEST_F(history, that_is_no_history_is_refused) {
  std::filesystem::create_directories(place_ / "plain");
  EXPECT_THROW(bisector(place_ / "plain", place_ / "work" / "tree"), error);
}

}  // namespace
}  // namespace umbra::tools
