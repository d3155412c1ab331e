// Whom a mutation is shown first.
#include "tools/mutate/tests.hpp"

#include <gtest/gtest.h>

#include "tools/cli/test/scratch.hpp"

namespace umbra::tools {
namespace {

class bench_of_tests : public ::testing::Test {
 protected:
  static constexpr const char* here = "core/mmu/walk.cpp";
  static constexpr const char* beside = "core/mmu/fault.cpp";
  static constexpr const char* elsewhere = "core/vmx/entry.cpp";

  const test_program& program(const std::string& name) const {
    for (const test_program* t : bench_.all()) {
      if (t->name == name) return *t;
    }
    throw std::logic_error("there is no " + name);
  }

  /// Who is asked about `here`, if building costs the two so many seconds.
  std::string asked(double first, double second) {
    const auto building = [&](const test_program& t) { return t.name == "first" ? first : second; };
    return bench_.next(here, bench_.all(), building)->name;
  }

  /// A program's run with a mutation in it: one that fails.
  opinion notices(const std::string& name, const std::string& file) {
    return bench_.ask(program(name), file, "/bin/false", place_.path());
  }

  scratch place_;
  test_bench bench_{{{"first", {}}, {"second", {}}}, {"/bin/true", "/bin/true"}, place_.path(), 10};
};

TEST_F(bench_of_tests, who_is_built_sooner_is_asked_sooner) {
  EXPECT_EQ(asked(1, 100), "first");
  EXPECT_EQ(asked(100, 1), "second");
}

TEST_F(bench_of_tests, who_has_noticed_something_in_this_folder_is_asked_before_others) {
  ASSERT_EQ(notices("second", beside).said, opinion::answer::noticed);
  EXPECT_EQ(asked(10, 10), "second");
  EXPECT_EQ(asked(10, 1000), "first") << "it is not worth a hundred times the cost";
}

TEST_F(bench_of_tests, what_was_noticed_elsewhere_counts_less) {
  for (unsigned n = 0; n < 4; ++n) notices("first", elsewhere);
  EXPECT_EQ(asked(10, 10), "first");
  notices("second", here);
  EXPECT_EQ(asked(10, 10), "second");
}

TEST_F(bench_of_tests, who_noticed_nothing_is_not_preferred) {
  ASSERT_EQ(bench_.ask(program("first"), here, "/bin/true", place_.path()).said, opinion::answer::quiet);
  EXPECT_EQ(asked(10, 9), "second");
}

TEST_F(bench_of_tests, only_those_are_asked_that_are_left) {
  const auto free = [](const test_program&) { return 0.0; };
  EXPECT_EQ(bench_.next(here, {&program("second")}, free)->name, "second");
  EXPECT_EQ(bench_.next(here, {}, free), nullptr);
}

}  // namespace
}  // namespace umbra::tools
