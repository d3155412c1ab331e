// Instructions are sorted by the namespaces of the functions that took them.
#include "tools/bench/costs.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tools/cli/error.hpp"

namespace umbra::tools {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(costs, a_function_belongs_to_its_namespace) {
  EXPECT_EQ(part_of("_ZN5umbra3mmu3mmu5faultERNS0_7contextENS_7addressINS_8gva_kindEEENS0_6accessE"), "mmu");
  EXPECT_EQ(part_of("_ZNK5umbra6memory5space4findENS_7addressINS_8gfn_kindEEE"), "memory");
  EXPECT_EQ(part_of("_ZZN5umbra10invariants6passes7entriesERKNS0_7subjectERNS0_9workspaceEENKUlvE_clEv"), "invariants");
  EXPECT_EQ(part_of("_ZN5umbra4fuzz5world7performERKNS0_2opE"), "fuzz");
  EXPECT_EQ(part_of("LLVMFuzzerTestOneInput"), "fuzz");
}

TEST(costs, what_is_in_no_namespace_has_a_part_too) {
  EXPECT_EQ(part_of("_ZN5umbra5table3setEmm"), "table");
  EXPECT_EQ(part_of("_ZNSt6vectorIhSaIhEE9push_backEOh"), "C++ library");
  EXPECT_EQ(part_of("_ZSt4copyPhS_"), "C++ library");
  EXPECT_EQ(part_of("__memcpy_avx_unaligned_erms"), "libc");
  EXPECT_EQ(part_of("_ZN"), "libc");
  EXPECT_EQ(part_of("_ZN5umbra"), "umbra");
}

constexpr const char* output =
    "version: 1\nevents: Ir\n\n"
    "ob=/a/program\nfl=???\nfn=_ZN5umbra4fuzz5world3runERKNS0_7programE\n0 100\n"
    "cfn=_ZN5umbra3mmu3mmu7zap_allEv\ncalls=2 0\n0 5000\n0 20\n\n"
    "fn=_ZN5umbra3mmu3mmu7zap_allEv\n0 4000\ncfn=memset\ncalls=1 0\n0 1000\n\n"
    "fn=memset\n0 1000\n\ntotals: 5120\n";

TEST(costs, calls_are_counted_where_the_work_is) {
  const std::vector<cost> all = costs_by_part(output, 10);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].part, "mmu");
  EXPECT_DOUBLE_EQ(all[0].instructions, 400);
  EXPECT_EQ(all[1].part, "libc");
  EXPECT_DOUBLE_EQ(all[1].instructions, 100);
  EXPECT_EQ(all[2].part, "fuzz");
  EXPECT_DOUBLE_EQ(all[2].instructions, 12);
}

TEST(costs, a_line_without_a_number_is_an_error) { EXPECT_THROW(costs_by_part("fn=main\n0\n", 1), error); }

TEST(costs, the_table_has_each_room_and_the_whole) {
  const costs c{.target = "mmu", .inputs = 10, .ops_an_input = 16, .parts = costs_by_part(output, 10)};
  const std::string table = costs_table(c);
  EXPECT_THAT(table, HasSubstr("mmu"));
  EXPECT_THAT(table, HasSubstr(" 78.1 %"));
  EXPECT_THAT(table, HasSubstr("16.0 effective ops an input, 32 for each"));
  EXPECT_DOUBLE_EQ(to_json(c)["instructions_an_input"].get<double>(), 512);
  EXPECT_THAT(table, Not(HasSubstr("exits")));
  EXPECT_FALSE(to_json(c).contains("instructions_an_exit"));
}

TEST(costs, where_exits_count_they_are_shown) {
  const costs c{
      .target = "exit", .inputs = 10, .ops_an_input = 16, .exits_an_input = 8, .parts = costs_by_part(output, 10)};
  EXPECT_THAT(costs_table(c), HasSubstr("8.0 VM exits, 64 for each"));
  EXPECT_DOUBLE_EQ(to_json(c)["instructions_an_exit"].get<double>(), 64);
}

TEST(costs, are_counted_where_inputs_are_programs) {
  EXPECT_TRUE(has_costs(fuzz_target_named("mmu")));
  EXPECT_TRUE(has_costs(fuzz_target_named("exit")));
  EXPECT_FALSE(has_costs(fuzz_target_named("emulate")));
}

}  // namespace
}  // namespace umbra::tools
