// How instructions complete, or halt.
#include "models/reference/test/exits.hpp"

namespace umbra::reference::test {
namespace {

TEST_F(exits, an_instruction_retires) {
  reason(exit_reason::invlpg);
  retire();
  EXPECT_EQ(judge(), exit_fault::none);
  after.state.rip += 1;
  EXPECT_EQ(judge(), exit_fault::state);
  retire();
  after.state.general[5] += 1;
  EXPECT_EQ(judge(), exit_fault::state);
}

TEST_F(exits, an_instruction_that_cannot_fault_or_stay) {
  reason(exit_reason::invlpg);
  EXPECT_EQ(judge(), exit_fault::state);
  inject(exception::protection);
  EXPECT_EQ(judge(), exit_fault::exception);
  withdraw();
  leaves_with(leave::unknown);
  EXPECT_EQ(judge(), exit_fault::request);
}

TEST_F(exits, rip_has_32_bits_outside_64_bit_mode) {
  before.code64 = false;
  before.rip = 0xffff'fffe;
  after.state = before;
  reason(exit_reason::invlpg);
  after.state.rip = 1;
  EXPECT_EQ(judge(), exit_fault::none);
  after.state.rip = word{1} << 32 | 1;
  EXPECT_EQ(judge(), exit_fault::state);
  before.rip = 0xfffe;
  after.state.rip = 0x1'0001;
  EXPECT_EQ(judge(), exit_fault::none);
}

TEST_F(exits, upper_halves_count_in_64_bit_mode_only) {
  reason(exit_reason::invlpg);
  retire();
  after.state.general[7] ^= word{1} << 40;
  EXPECT_EQ(judge(), exit_fault::state);
  before.rip = after.state.rip = 0x1000;
  before.code64 = after.state.code64 = false;
  retire();
  EXPECT_EQ(judge(), exit_fault::none);
}

TEST_F(exits, retiring_ends_shadows_and_clears_rf) {
  reason(exit_reason::pause);
  before.interruptibility = x86::interruptibility::by_sti;
  before.rflags |= x86::rflags::rf;
  after.state = before;
  retire();
  EXPECT_EQ(judge(), exit_fault::state);
  after.state.interruptibility = 0;
  EXPECT_EQ(judge(), exit_fault::state);
  after.state.rflags &= ~x86::rflags::rf;
  EXPECT_EQ(judge(), exit_fault::none);
  before.interruptibility = after.state.interruptibility = x86::interruptibility::by_nmi;
  EXPECT_EQ(judge(), exit_fault::none);
  after.state.interruptibility = 0;
  EXPECT_EQ(judge(), exit_fault::state);
}

TEST_F(exits, retiring_with_tf_makes_a_step_due) {
  reason(exit_reason::wbinvd);
  before.rflags |= x86::rflags::tf;
  after.state = before;
  retire();
  EXPECT_EQ(judge(), exit_fault::state);
  after.state.pending_debug = x86::pending_debug::single_step;
  EXPECT_EQ(judge(), exit_fault::none);
  after.state.pending_debug = 0;
  inject(exception::debug);
  after.state.dr6 |= x86::dr6::bs;
  EXPECT_EQ(judge(), exit_fault::none);
  before.rflags &= ~x86::rflags::tf;
  after.state.rflags = before.rflags;
  EXPECT_NE(judge(), exit_fault::none);
}

TEST_F(exits, retiring_with_btf_is_no_step) {
  reason(exit_reason::wbinvd);
  before.rflags |= x86::rflags::tf;
  before.debugctl = x86::debugctl::btf;
  after.state = before;
  retire();
  EXPECT_EQ(judge(), exit_fault::none);
  after.state.pending_debug = x86::pending_debug::single_step;
  EXPECT_EQ(judge(), exit_fault::state);
}

TEST_F(exits, hlt) {
  reason(exit_reason::hlt);
  retire();
  EXPECT_EQ(judge(), exit_fault::none);
  after.state.activity = x86::activity::hlt;
  EXPECT_EQ(judge(), exit_fault::none);
  leaves_with(leave::hlt);
  EXPECT_EQ(judge(), exit_fault::none);
  after.state.activity = x86::activity::shutdown;
  EXPECT_EQ(judge(), exit_fault::departure);
}

TEST_F(exits, no_other_instruction_halts) {
  reason(exit_reason::pause);
  retire();
  after.state.activity = x86::activity::hlt;
  EXPECT_EQ(judge(), exit_fault::state);
}

}  // namespace
}  // namespace umbra::reference::test
