// MOV to and from the debug registers.
#include <gtest/gtest.h>

#include "models/reference/debug_registers.hpp"

namespace umbra::reference::test {
namespace {

using namespace x86;

TEST(debug_registers, sdm_18_2_2_dr4_and_dr5_are_other_names_unless_de) {
  EXPECT_EQ(debug_register(4), 6u);
  EXPECT_EQ(debug_register(5), 7u);
  for (const unsigned n : {0, 1, 2, 3, 6, 7}) EXPECT_EQ(debug_register(n), n);
  EXPECT_FALSE(debug_access_faults({.number = 4}).undefined);
  EXPECT_TRUE(debug_access_faults({.number = 4, .cr4 = cr4::de}).undefined);
  EXPECT_TRUE(debug_access_faults({.number = 5, .cpl = 3, .cr4 = cr4::de, .dr7 = dr7::gd}).undefined);
  EXPECT_FALSE(debug_access_faults({.number = 5, .cpl = 3, .cr4 = cr4::de, .dr7 = dr7::gd}).protection);
  EXPECT_FALSE(debug_access_faults({.number = 5, .cpl = 3, .cr4 = cr4::de, .dr7 = dr7::gd}).debug);
  EXPECT_FALSE(debug_access_faults({.number = 6, .cr4 = cr4::de}).undefined);
}

TEST(debug_registers, privilege_and_general_detect) {
  EXPECT_TRUE(debug_access_faults({.number = 0, .cpl = 1}).protection);
  EXPECT_FALSE(debug_access_faults({.number = 0, .cpl = 0}).protection);
  EXPECT_TRUE(debug_access_faults({.number = 3, .dr7 = dr7::gd}).debug);
  EXPECT_FALSE(debug_access_faults({.number = 3, .dr7 = dr7::ge}).debug);
}

TEST(debug_registers, upper_halves_of_dr6_and_dr7_are_reserved) {
  const word wide = word{1} << 32;
  EXPECT_TRUE(debug_access_faults({.number = 7, .write = true, .value = wide}).protection);
  EXPECT_TRUE(debug_access_faults({.number = 4, .write = true, .value = word{1} << 63}).protection);
  EXPECT_FALSE(debug_access_faults({.number = 7, .write = false, .value = wide}).protection);
  EXPECT_FALSE(debug_access_faults({.number = 2, .write = true, .value = wide}).protection);
  EXPECT_FALSE(debug_access_faults({.number = 6, .write = true, .value = 0xffff'ffff}).protection);
}

TEST(debug_registers, fixed_bits) {
  EXPECT_EQ(debug_register_value(6, 0), 0xffff'0ff0u);
  EXPECT_EQ(debug_register_value(4, 0xffff'ffff), 0xffff'efffu);
  EXPECT_EQ(debug_register_value(7, 0), 0x400u);
  EXPECT_EQ(debug_register_value(5, 0xffff'ffff), 0xffff'27ffu);
  EXPECT_EQ(debug_register_value(1, 0x1234'5678'9abc'def0), 0x1234'5678'9abc'def0u);
}

}  // namespace
}  // namespace umbra::reference::test
