// What can be triaged, and what is said of the rest.
#include "tools/triage/gather.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fuzz/ops/codec.hpp"
#include "tools/cli/error.hpp"
#include "tools/cli/test/scratch.hpp"
#include "tools/cli/tree.hpp"
#include "tools/ops/input.hpp"

namespace umbra::tools {
namespace {

using ::testing::HasSubstr;

class gathered : public ::testing::Test {
 protected:
  candidate file(const std::string& name, const std::string& content) {
    write_file(place_ / name, content);
    return {place_ / name, "mmu"};
  }
  static std::string why(const candidate& c) { return unfit(c).value_or("fit"); }
  scratch place_;
};

TEST_F(gathered, in_a_directory_are_the_inputs_only_each_once) {
  file("mmu/I3-aa", "x");
  file("mmu/I3-aa.ops", "umbra-ops 1\n");
  file("exit/I16-bb", "x");
  file("job.log", "x");
  file("a/finding.json", "x");
  const auto all = gather(place_.path(), "");
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].file.filename(), "I16-bb");
  EXPECT_EQ(all[0].target, "exit");
  EXPECT_EQ(all[1].file.filename(), "I3-aa.ops");
  EXPECT_EQ(all[1].target, "mmu");
  EXPECT_EQ(gather(place_.path(), "emulate")[0].target, "emulate");
}

TEST_F(gathered, from_nowhere_is_refused) { EXPECT_THROW(gather(place_ / "nowhere", ""), error); }

TEST_F(gathered, empty_huge_and_mutilated_files_are_told_apart) {
  EXPECT_THAT(why(file("a", "")), HasSubstr("is empty"));
  EXPECT_THAT(why(file("b", std::string((1 << 20) + 1, 'x'))), HasSubstr("no input is longer than 1048576"));
  EXPECT_THAT(why(file("c", "umbra-ops 1\nread 0x10")), HasSubstr(":2:"));
  EXPECT_THAT(why(file("d", "umbra-instruction 1\ncode")), HasSubstr(":2:"));
  EXPECT_THAT(why({place_.path(), "mmu"}), HasSubstr("is not a file"));
  EXPECT_EQ(why(file("e", "\x01 any bytes")), "fit");
}

TEST_F(gathered, a_text_belongs_to_a_target_that_takes_such) {
  const auto owner = [&](const std::string& content, const std::string& target) {
    return input{.file = file("x", content).file, .target = target}.owner();
  };
  EXPECT_EQ(owner("umbra-instruction 1\ncode 90\n", "mmu"), "emulate");
  EXPECT_EQ(owner("umbra-instruction 1\ncode 90\n", "emulate-alone"), "emulate-alone");
  EXPECT_EQ(owner("umbra-ops 1\n", "emulate"), "mmu");
  EXPECT_EQ(owner("umbra-ops 1\n", "exit"), "exit");
  EXPECT_EQ(owner("\x01 any bytes", "emulate"), "emulate");
}

TEST_F(gathered, a_raw_input_that_ends_within_an_op_is_noticed) {
  fuzz::program p;
  fuzz::op o;
  o.kind = fuzz::kind::write;
  o.address = 0x1234'5678'9abc;
  o.value = 0xdead'beef'dead'beef;
  p.ops = {o, o};
  const auto bytes = fuzz::encode(p);
  const std::string whole(bytes.begin(), bytes.end());
  EXPECT_FALSE(is_cut(file("whole", whole)));
  EXPECT_TRUE(is_cut(file("cut", whole.substr(0, whole.size() - 2))));
}

}  // namespace
}  // namespace umbra::tools
