// LMSW, CLTS, CR8, and the switch to and from IA-32e mode by code segment.
#include <gtest/gtest.h>

#include "models/reference/control_access.hpp"
#include "models/reference/test/guest.hpp"

namespace umbra::reference::test {
namespace {

using namespace x86;

TEST(control_access, lmsw_sets_the_low_four_bits_but_never_clears_pe) {
  EXPECT_EQ(lmsw_value(cr0::pe | cr0::et | cr0::ts, 0), cr0::pe | cr0::et);
  EXPECT_EQ(lmsw_value(cr0::et, 0xffff), cr0::et | 0xf);
  EXPECT_EQ(lmsw_value(cr0::pg | cr0::pe | cr0::em, cr0::mp), cr0::pg | cr0::pe | cr0::mp);
}

TEST(control_access, clts_clears_ts) { EXPECT_EQ(clts_value(cr0::pe | cr0::ts), cr0::pe); }

TEST(control_access, sdm_10_8_5_code_segment_and_tss_decide_about_ia32e_mode) {
  registers off{.cr0 = cr0::pe, .cr4 = cr4::pae, .efer = efer::lme};
  EXPECT_FALSE(refuses_mode_switch(off, cr0::pe | cr0::pg, {}));
  EXPECT_TRUE(refuses_mode_switch(off, cr0::pe | cr0::pg, {.long_code = true}));
  EXPECT_TRUE(refuses_mode_switch(off, cr0::pe | cr0::pg, {.tss16 = true}));
  EXPECT_FALSE(refuses_mode_switch(off, cr0::pe, {.long_code = true}));
  off.efer = 0;
  EXPECT_FALSE(refuses_mode_switch(off, cr0::pe | cr0::pg, {.long_code = true, .tss16 = true}));
  const registers on = level4_registers();
  EXPECT_FALSE(refuses_mode_switch(on, cr0::pe, {}));
  EXPECT_TRUE(refuses_mode_switch(on, cr0::pe, {.long_code = true}));
  EXPECT_FALSE(refuses_mode_switch(on, cr0::pe | cr0::pg | cr0::ts, {.long_code = true}));
  EXPECT_FALSE(refuses_mode_switch(pae_registers(), cr0::pe, {.long_code = true}));
}

TEST(control_access, sdm_10_8_6_cr8) {
  EXPECT_FALSE(refuses_cr8(15));
  EXPECT_TRUE(refuses_cr8(16));
  EXPECT_TRUE(refuses_cr8(word{1} << 63));
  EXPECT_EQ(task_priority(9), 0x90u);
}

TEST(control_access, registers_that_are_not_there) {
  for (const unsigned n : {0, 2, 3, 4}) EXPECT_TRUE(has_control_register(n, false));
  for (const unsigned n : {1, 5, 6, 7, 9, 15}) EXPECT_FALSE(has_control_register(n, true));
  EXPECT_FALSE(has_control_register(8, false));
  EXPECT_TRUE(has_control_register(8, true));
}

}  // namespace
}  // namespace umbra::reference::test
