// What libFuzzer's record of a merge says is read as it is meant.
#include "tools/corpus/measure.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "tools/cli/error.hpp"

namespace umbra::tools {
namespace {

using ::testing::ElementsAre;

TEST(merge_record, tells_what_each_input_reaches_and_which_kill) {
  std::istringstream in(
      "3\n0\nin/aa\nin/b b\nin/cc\n"
      "STARTED 0 9\nFT 0 1 7\nCOV 0 3\nSTARTED 1 9\nSTARTED 2 9\nFT 2 7\nCOV 2 4 5\n");
  const reach r = read_merge_record(in);
  EXPECT_THAT(r.features.at("aa"), ElementsAre(1, 7));
  EXPECT_THAT(r.features.at("cc"), ElementsAre(7));
  EXPECT_THAT(r.edges, ElementsAre(3, 4, 5));
  EXPECT_THAT(r.broken, ElementsAre("b b"));
  EXPECT_EQ(r.feature_count(), 2u);
}

TEST(merge_record, that_is_none_is_refused) {
  std::istringstream none(""), wrong("1\n0\na\nFT 5 1\n");
  EXPECT_THROW(read_merge_record(none), error);
  EXPECT_THROW(read_merge_record(wrong), error);
}

}  // namespace
}  // namespace umbra::tools
