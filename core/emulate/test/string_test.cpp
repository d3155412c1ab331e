// String instructions: repeated, interrupted, faulting half-way (SDM 2B, "REP"; volume 3, 18.3.1.4).
#include "core/emulate/test/rig.hpp"

namespace umbra::emulate {
namespace {

using namespace vcpu::general;
namespace rflags = x86::rflags;

class strings : public rig {};

TEST_F(strings, a_fault_leaves_the_items_before_it_done) {
  protected_mode();
  segment(vcpu::segment_name::es).limit = data_at + 9;
  gpr(rdi, data_at);
  gpr(rcx, 5);
  gpr(rax, 0x01010101);
  const result r = step({0xf3, 0xab});
  EXPECT_EQ(r.next, verdict::fault);
  EXPECT_EQ(gpr(rcx), 3u);
  EXPECT_EQ(gpr(rdi), data_at + 8);
  EXPECT_EQ(regs().general.rip, code_at);
  EXPECT_EQ(peek(data_at + 4, 4), 0x01010101u);
}

TEST_F(strings, a_long_one_comes_up_for_air) {
  protected_mode();
  gpr(rdi, data_at);
  gpr(rcx, 600);
  result r = step({0xf3, 0xaa});
  EXPECT_EQ(r.next, verdict::again);
  EXPECT_EQ(gpr(rcx), 600u - emulator::patience);
  EXPECT_EQ(regs().general.rip, code_at);
  EXPECT_EQ(emulator_.step().next, verdict::again);
  EXPECT_EQ(emulator_.step().next, verdict::done);
  EXPECT_EQ(gpr(rcx), 0u);
  EXPECT_EQ(gpr(rdi), data_at + 600);
  EXPECT_EQ(regs().general.rip, code_at + 2);
}

TEST_F(strings, none_is_done_for_a_count_of_0) {
  long_mode();
  gpr(rdi, ~0ull / 3);  // not even canonical
  gpr(rcx, 0x1'0000'0000);
  runs({0x67, 0xf3, 0xaa});  // the address size makes it ECX
  EXPECT_EQ(gpr(rcx), 0x1'0000'0000u);
}

TEST_F(strings, each_item_traps_when_single_stepping) {
  protected_mode();
  flags(rflags::tf);
  gpr(rdi, data_at);
  gpr(rcx, 2);
  result r = step({0xf3, 0xaa});
  EXPECT_EQ(r.next, verdict::again);
  EXPECT_TRUE(r.trap);
  EXPECT_EQ(gpr(rcx), 1u);
  r = emulator_.step();
  EXPECT_EQ(r.next, verdict::done);
  EXPECT_TRUE(r.trap);
}

TEST_F(strings, comparing_ends_at_the_item_that_decides) {
  protected_mode();
  put(data_at, 0x00000005'00000005, 8);
  put(data_at + 8, 7, 4);
  gpr(rdi, data_at);
  gpr(rax, 5);
  gpr(rcx, 9);
  runs({0xf3, 0xaf});  // repe scasd
  EXPECT_EQ(gpr(rcx), 6u);
  EXPECT_EQ(gpr(rdi), data_at + 12);
  EXPECT_FALSE(regs().general.rflags & rflags::zf);
  gpr(rdi, data_at);
  gpr(rcx, 9);
  gpr(rax, 7);
  regs().general.rip = code_at;
  runs({0xf2, 0xaf});
  EXPECT_EQ(gpr(rcx), 6u);
  EXPECT_TRUE(regs().general.rflags & rflags::zf);
}

TEST_F(strings, each_item_of_a_device_is_asked_for) {
  protected_mode();
  gpr(rsi, hole);
  gpr(rdi, data_at);
  gpr(rcx, 3);
  result r = step({0xf3, 0xa5});
  for (unsigned n = 0; n < 3; ++n) {
    ASSERT_EQ(r.next, verdict::device);
    EXPECT_EQ(emulator_.request().address, hole + 4 * n);
    EXPECT_EQ(gpr(rcx), 3 - n);
    emulator_.request().data[0] = 100 + n;
    r = emulator_.finish();
  }
  EXPECT_EQ(r.next, verdict::done);
  for (unsigned n = 0; n < 3; ++n) EXPECT_EQ(peek(data_at + 4 * n, 4), 100 + n);
}

TEST_F(strings, a_repeated_instruction_that_writes_its_own_page_table_goes_on) {
  long_mode();
  gpr(rdi, page_entry(2));
  gpr(rax, 0x2000 | x86::entry::present | x86::entry::write | x86::entry::user);
  gpr(rcx, 1);
  runs({0xf3, 0x48, 0xab});
  EXPECT_EQ(peek(page_entry(2), 8), gpr(rax));
}

TEST_F(strings, rf_goes_when_the_instruction_is_over) {
  protected_mode();
  flags(rflags::rf);
  gpr(rdi, data_at);
  gpr(rcx, 300);
  EXPECT_EQ(step({0xf3, 0xaa}).next, verdict::again);
  EXPECT_TRUE(regs().general.rflags & rflags::rf);
  EXPECT_EQ(emulator_.step().next, verdict::done);
  EXPECT_FALSE(regs().general.rflags & rflags::rf);
}

}  // namespace
}  // namespace umbra::emulate
