// LMSW, CLTS, SMSW, CR8, shared control registers, and the switch to and from IA-32e mode by code segment.
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

TEST(control_access, sdm_26_3_reads_are_composed) {
  EXPECT_EQ(read_shared({.value = 0b1100, .mask = 0b1010, .shadow = 0b0011}), 0b0110u);
}

TEST(control_access, sdm_26_1_3_which_writes_exit) {
  const shared_register r{.value = cr0::pe | cr0::ts, .mask = cr0::ts | cr0::pe, .shadow = cr0::pe};
  EXPECT_FALSE(mov_exits(r, cr0::pe));
  EXPECT_FALSE(mov_exits(r, cr0::pe | cr0::wp));
  EXPECT_TRUE(mov_exits(r, cr0::pe | cr0::ts));
  EXPECT_TRUE(mov_exits(r, 0));
  EXPECT_FALSE(lmsw_exits(r, 0));  // PE stays
  EXPECT_FALSE(lmsw_exits(r, cr0::pe | cr0::mp));
  EXPECT_TRUE(lmsw_exits(r, cr0::ts));
  EXPECT_TRUE(lmsw_exits({.mask = cr0::pe}, cr0::pe));
  EXPECT_FALSE(lmsw_exits({.mask = cr0::wp, .shadow = cr0::wp}, 0));
  EXPECT_FALSE(clts_exits(r));
  EXPECT_TRUE(clts_exits({.mask = cr0::ts, .shadow = cr0::ts}));
  EXPECT_FALSE(clts_exits({.shadow = cr0::ts}));
}

TEST(control_access, sdm_26_3_bits_of_the_host_stay) {
  const shared_register r{.value = cr0::pe | cr0::ts | cr0::wp, .mask = cr0::ts, .shadow = 0};
  EXPECT_EQ(written_shared(r, cr0::pe), cr0::pe | cr0::ts);
  EXPECT_EQ(lmsw_shared(r, cr0::mp), cr0::pe | cr0::ts | cr0::wp | cr0::mp);
  EXPECT_EQ(clts_shared(r), r.value);
  EXPECT_EQ(clts_shared({.value = cr0::pe | cr0::ts}), cr0::pe);
}

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

TEST(control_access, registers_that_are_not_there_and_privilege) {
  for (const unsigned n : {0, 2, 3, 4}) {
    EXPECT_FALSE(control_register_fault(n, 0, false).undefined);
    EXPECT_TRUE(control_register_fault(n, 3, true).protection);
    EXPECT_FALSE(control_register_fault(n, 0, true).protection);
  }
  for (const unsigned n : {1, 5, 6, 7, 9, 15}) {
    EXPECT_TRUE(control_register_fault(n, 0, true).undefined);
    EXPECT_FALSE(control_register_fault(n, 3, true).protection);
  }
  EXPECT_TRUE(control_register_fault(8, 0, false).undefined);
  EXPECT_FALSE(control_register_fault(8, 0, true).undefined);
}

}  // namespace
}  // namespace umbra::reference::test
