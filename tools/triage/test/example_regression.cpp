// Found by fuzzing mmu: I9 at write in mmu::mmu::set_leaf < mmu::mmu::resolve < mmu::mmu::serve.
#include <gtest/gtest.h>

#include "fuzz/ops/text.hpp"
#include "fuzz/world/world.hpp"

namespace {

constexpr char input[] = R"(umbra-ops 1
start level4
scene 1
read 0xc0e00000 8
)";

TEST(regression, I9_write_42dbc27c) {
  umbra::fuzz::program program;
  umbra::fuzz::parse_error wrong;
  ASSERT_TRUE(umbra::fuzz::from_text(input, program, wrong)) << wrong.message;
  umbra::fuzz::world world;
  world.check_each(true);
  EXPECT_TRUE(world.run(program)) << world.last_finding()->id << ": " << world.last_finding()->text;
}

}  // namespace
