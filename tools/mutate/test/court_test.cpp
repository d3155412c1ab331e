// A small tree of its own is built, mutated and judged from start to end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "tools/cli/error.hpp"
#include "tools/cli/process.hpp"
#include "tools/cli/test/scratch.hpp"
#include "tools/cli/tree.hpp"
#include "tools/mutate/census.hpp"
#include "tools/mutate/court.hpp"
#include "tools/mutate/ledger.hpp"

namespace umbra::tools {
namespace {

using ::testing::HasSubstr;

constexpr const char* project = R"(cmake_minimum_required(VERSION 3.25)
project(small LANGUAGES CXX)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
include_directories(${CMAKE_SOURCE_DIR})
add_subdirectory(core)
)";

constexpr const char* room = R"(add_library(small STATIC sum.cpp)
add_executable(small_test test/small_test.cpp)
target_link_libraries(small_test PRIVATE small)
)";

constexpr const char* header = R"(#pragma once
namespace umbra {
inline int half(int n) { return n >> 1; }
constexpr int step = 1, start = 0, twice = 2 * start;
int sum(int n);
int unused(int n);
}
)";

constexpr const char* source = R"(#include "core/sum.hpp"
namespace umbra {
int sum(int n) {
  int all = 0;
  for (volatile int i = 0; i < n; i = i + 1) all += half(i) * 1;
  return all;
}
int unused(int n) { return n + 3; }
}
)";

constexpr const char* test = R"(#include "core/sum.hpp"
int main() { return umbra::sum(6) == 6 && umbra::half(7) == 3 ? 0 : 1; }
)";

class court_of_a_small_tree : public ::testing::Test {
 protected:
  court_of_a_small_tree() {
    const char* root = std::getenv("UMBRA_ROOT");
    if (root != nullptr) before_ = root;
    ::setenv("UMBRA_ROOT", place_.path().c_str(), 1);
    write_file(place_ / "CMakeLists.txt", project);
    write_file(place_ / "core/CMakeLists.txt", room);
    write_file(place_ / "core/sum.hpp", header);
    write_file(place_ / "core/sum.cpp", source);
    write_file(place_ / "core/test/small_test.cpp", test);
    for (const char* folder :
         {"models", "fuzz", "proofs", "cmake", "corpus/seeds", "corpus/regressions", "corpus/exit", "corpus/emulate"}) {
      std::filesystem::create_directories(place_ / folder);
    }
  }
  ~court_of_a_small_tree() override {
    before_.empty() ? ::unsetenv("UMBRA_ROOT") : ::setenv("UMBRA_ROOT", before_.c_str(), 1);
  }

  void make() {
    const std::string built = place_ / "build";
    ASSERT_EQ(run({.words = {"cmake", "-G", "Ninja", "-DCMAKE_CXX_COMPILER=clang++-19", "-S", place_.path().string(),
                             "-B", built},
                   .output = place_ / "log"}),
              0);
    ASSERT_EQ(run({.words = {"ninja", "-C", built}, .output = place_ / "log"}), 0);
    plan_ = std::make_unique<build_plan>(place_ / "build", std::vector<std::string>{"small_test"});
    all_ = census(small_, *plan_, place_ / "census", 2);
  }

  /// The mutant that makes this line of the file.
  const mutation& that(const std::string& becomes) {
    for (const mutation& m : all_) {
      if (squeezed(m.lines.becomes) == becomes) return m;
    }
    throw error("There is no mutant '" + becomes + "'.");
  }
  fate judged(const std::string& becomes, const std::vector<argument>& arguments = {}) {
    court c(
        {.plan = *plan_, .work = place_ / "work", .all = all_, .arguments = arguments, .seconds = 0, .patience = 0.5});
    return c.judge(that(becomes), 0);
  }
  std::string became(const std::string& becomes) { return name_of(judged(becomes).became); }

  scratch place_;
  std::string before_;
  const part small_{"small", {"core/"}};
  std::unique_ptr<build_plan> plan_;
  std::vector<mutation> all_;
};

TEST_F(court_of_a_small_tree, tells_every_fate) {
  make();
  const fate killed = judged("int all = 1;");
  EXPECT_EQ(name_of(killed.became), "killed");
  ASSERT_NE(killed.killer(), nullptr);
  EXPECT_EQ(killed.killer()->judge, "small_test");
  EXPECT_EQ(became("int unused(int n) { return n + 4; }"), "survived");
  EXPECT_EQ(became("for (volatile int i = 0; i < n; i = i + 1) all += half(i) / 1;"), "equal");
  EXPECT_EQ(became("inline int half(int n) { return n << 1; }"), "killed");
  // It never ends, and that is not to have been noticed.
  EXPECT_EQ(became("for (volatile int i = 0; i < n; i = i + 0) all += half(i) * 1;"), "late");
}

TEST_F(court_of_a_small_tree, links_of_an_archive_what_the_build_links_of_it) {
  // What nobody asks for of the library asks for what has a stand-in.
  write_file(place_ / "core/CMakeLists.txt", R"(add_library(stand_in STATIC stand_in.cpp)
add_library(small STATIC sum.cpp needless.cpp kept.cpp)
add_executable(small_test test/small_test.cpp)
target_link_libraries(small_test PRIVATE stand_in small)
)");
  write_file(place_ / "core/stand_in.cpp", "int kept() { return 1; }\n");
  write_file(place_ / "core/kept.cpp", "int kept() { return 2; }\nint lost() { return 3; }\n");
  write_file(place_ / "core/needless.cpp",
             "#include \"core/sum.hpp\"\nint lost();\nint needless() { return umbra::half(lost()); }\n");
  write_file(
      place_ / "core/test/small_test.cpp",
      "int kept();\n" + std::string(test).replace(std::string(test).find("umbra::sum(6)"), 0, "kept() == 1 && "));
  make();
  EXPECT_EQ(became("inline int half(int n) { return n << 1; }"), "killed");
}

TEST_F(court_of_a_small_tree, believes_an_argument_until_a_test_refutes_it) {
  make();
  const auto about = [](const std::string& function, const std::string& was, const std::string& becomes) {
    return std::vector<argument>{{.file = "core/sum.cpp",
                                  .function = function,
                                  .was = was,
                                  .becomes = becomes,
                                  .because = "it is said to be the same"}};
  };
  const fate f = judged("int unused(int n) { return n + 4; }",
                        about("unused", "int unused(int n) { return n + 3; }", "int unused(int n) { return n + 4; }"));
  EXPECT_EQ(name_of(f.became), "argued");
  EXPECT_EQ(f.why, "it is said to be the same");
  EXPECT_EQ(name_of(judged("int all = 1;", about("sum", "int all = 0;", "int all = 1;")).became), "killed");
}

TEST_F(court_of_a_small_tree, compiles_only_what_a_name_matters_to) {
  write_file(place_ / "core/test/small_test.cpp", std::string(test) + "// umbra::step is not used, but named\n");
  make();
  const auto sources = [&](const std::string& name) {
    std::set<std::string> all;
    for (const translation* t : plan_->readers("core/sum.hpp", name)) all.insert(t->source);
    return all;
  };
  const std::set<std::string> library{"core/sum.cpp"}, tests{"core/test/small_test.cpp"};
  const std::set<std::string> both{"core/sum.cpp", "core/test/small_test.cpp"};
  EXPECT_EQ(sources("half"), both);
  EXPECT_EQ(sources("unused"), library);
  EXPECT_EQ(sources("step"), tests);
  EXPECT_EQ(sources("start"), both);  // the header itself goes on with it
  EXPECT_EQ(sources("sum()"), both);
  EXPECT_EQ(sources(""), both);
}

TEST_F(court_of_a_small_tree, asks_only_what_is_left) {
  make();
  const mutation& m = that("int unused(int n) { return n + 4; }");
  const court_request by_tests{.plan = *plan_, .work = place_ / "work", .all = all_, .arguments = {}, .seconds = 0};
  court_request longer = by_tests;
  longer.seconds = 5;
  fate f = judged("int unused(int n) { return n + 4; }");
  EXPECT_TRUE(court(by_tests).is_settled(f));
  EXPECT_FALSE(court(longer).is_settled(f));
  f.opinions.front().judge = "as was said before";
  const fate again = court(by_tests).judge(m, 0, f);
  ASSERT_EQ(again.opinions.size(), 1u);
  EXPECT_EQ(again.opinions.front().judge, "as was said before");
  EXPECT_TRUE(court(longer).is_settled(judged("int all = 1;")));
}

TEST_F(court_of_a_small_tree, leaves_the_build_as_it_is) {
  make();
  const std::string before = read_file(place_ / "build/core/libsmall.a"), text = read_file(place_ / "core/sum.cpp");
  judged("int all = 1;");
  EXPECT_EQ(read_file(place_ / "build/core/libsmall.a"), before);
  EXPECT_EQ(read_file(place_ / "core/sum.cpp"), text);
}

TEST_F(court_of_a_small_tree, does_not_begin_when_tests_fail_anyway) {
  write_file(place_ / "core/test/small_test.cpp", "int main() { return 1; }\n");
  make();
  try {
    judged("int all = 1;");
    FAIL();
  } catch (const error& e) {
    EXPECT_THAT(e.what(), HasSubstr("small_test fails on the tree as it is"));
  }
}

TEST_F(court_of_a_small_tree, keeps_fates_for_one_state_of_the_tree) {
  make();
  const fate f = judged("int all = 1;");
  const std::string state = state_of_tree("");
  ledger(place_ / "ledger", state).keep(f);
  EXPECT_TRUE(ledger(place_ / "ledger", state).find(f.subject).has_value());
  EXPECT_NE(state_of_tree("60"), state);
  write_file(place_ / "core/test/small_test.cpp", std::string(test) + "// more\n");
  EXPECT_NE(state_of_tree(""), state);
  EXPECT_FALSE(ledger(place_ / "ledger", state_of_tree("")).find(f.subject).has_value());
}

}  // namespace
}  // namespace umbra::tools
