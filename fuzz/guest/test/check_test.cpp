// When a run has failed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fuzz/guest/host/check.hpp"

namespace umbra::opguest {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

struct failures : testing::Test {
  std::string of() const { return failure_of(sums, text, wanted, 1000); }

  check_text text{.name = "check", .about = "", .judged = "the model", .names = {"trial", "scene"}, .long_run = 1000};
  batch_options wanted;
  check_sums sums{.ran = 1000, .compared = 900, .different = 9, .known = {{"a", "SDM", 5}, {"b", "SDM", 4}}};
};

TEST_F(failures, none_in_a_good_run) { EXPECT_THAT(of(), IsEmpty()); }

TEST_F(failures, what_nothing_explains) {
  sums.unexplained = 1;
  EXPECT_EQ(of(), "the model and the machine disagree");
}

TEST_F(failures, fewer_than_asked_for_unless_a_file_has_them) {
  sums.ran = 999;
  EXPECT_EQ(of(), "too few trials ran");
  wanted.results = "file";
  EXPECT_THAT(of(), IsEmpty());
}

TEST_F(failures, too_many_known_differences_of_what_was_compared) {
  sums.different = 10;
  EXPECT_THAT(of(), HasSubstr("too many"));
}

TEST_F(failures, a_known_difference_that_a_long_run_on_all_machines_does_not_show) {
  sums.known[1].seen = 0;
  EXPECT_THAT(of(), HasSubstr("mistake? b"));
  wanted.machines = {"penryn"};  // which need not have it
  EXPECT_THAT(of(), IsEmpty());
  wanted.machines.clear();
  text.long_run = 1001;
  EXPECT_THAT(of(), IsEmpty());
}

}  // namespace
}  // namespace umbra::opguest
