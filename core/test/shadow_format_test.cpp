// Each bit of a shadow table's entries (SDM tables 4-14 to 4-20; directory pointers of PAE paging: table 4-8).
#include "core/mmu/shadow_format.hpp"

#include <gtest/gtest.h>

#include "core/x86/entry.hpp"

namespace umbra {
namespace {

namespace shadow = mmu::shadow;

constexpr std::uint64_t all = ~std::uint64_t{0};
constexpr std::uint64_t p = 1, w = 2, u = 4, a = 32, d = 64, xd = std::uint64_t{1} << 63;

TEST(shadow_format, an_entry_names_a_frame_by_bits_51_to_12) {
  EXPECT_EQ(shadow::target(all).value, (std::uint64_t{1} << 40) - 1);
  EXPECT_EQ(shadow::target(~x86::entry::address_mask).value, 0u);
  EXPECT_EQ(shadow::target(0x1234'5000 | p | w | xd).value, 0x1'2345u);
  EXPECT_EQ(shadow::target(std::uint64_t{1} << 51).value, std::uint64_t{1} << 39);
}

TEST(shadow_format, nine_bits_of_an_address_choose_an_entry_of_each_level) {
  for (unsigned level = 1; level <= 4; ++level) {
    const std::uint64_t field = std::uint64_t{0x1ff} << (3 + 9 * level);
    EXPECT_EQ(shadow::index({field}, level), 0x1ffu);
    EXPECT_EQ(shadow::index({~field}, level), 0u);
  }
}

TEST(shadow_format, a_leaf_grants_what_it_is_to) {
  const hfn frame{0x1'2345};
  const std::uint64_t base = 0x1234'5000 | p | a;
  EXPECT_EQ(shadow::leaf(frame, {false, false, true}), base);
  EXPECT_EQ(shadow::leaf(frame, {true, false, true}), base | w | d);
  EXPECT_EQ(shadow::leaf(frame, {false, true, true}), base | u);
  EXPECT_EQ(shadow::leaf(frame, {false, false, false}), base | xd);
}

TEST(shadow_format, links_grant_everything_and_directory_pointers_have_no_rights) {
  EXPECT_EQ(shadow::link({0x1'2345}), 0x1234'5000 | p | w | u | a);
  EXPECT_EQ(shadow::directory_pointer({0x1'2345}), 0x1234'5000 | p);
}

TEST(shadow_format, rights_are_one_bit_each) {
  const auto is = [](std::uint64_t entry, bool write, bool user, bool execute) {
    const mmu::rights r = shadow::rights_of(entry);
    return r.write == write && r.user == user && r.execute == execute;
  };
  EXPECT_TRUE(is(0, false, false, true));
  EXPECT_TRUE(is(w, true, false, true));
  EXPECT_TRUE(is(u, false, true, true));
  EXPECT_TRUE(is(xd, false, false, false));
  EXPECT_TRUE(is(all & ~(w | u | xd), false, false, true));
  EXPECT_TRUE(shadow::present(p));
  EXPECT_FALSE(shadow::present(all & ~p));
  EXPECT_TRUE(shadow::writable(p | w));
  EXPECT_FALSE(shadow::writable(w));
  EXPECT_FALSE(shadow::writable(all & ~w));
}

}  // namespace
}  // namespace umbra
