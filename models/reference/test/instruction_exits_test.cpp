// Exits for CPUID, I/O, and instructions that a VM does not have.
#include "models/reference/test/exits.hpp"

namespace umbra::reference::test {
namespace {

TEST_F(exits, cpuid) {
  reason(exit_reason::cpuid);
  before.general[general::rax] = after.state.general[general::rax] = 1;
  retire();
  EXPECT_EQ(judge(), exit_fault::state);
  after.state.general[general::rax] = 0x306c3;
  after.state.general[general::rbx] = after.state.general[general::rcx] = 0;
  after.state.general[general::rdx] = 0x1fff'ffff;
  EXPECT_EQ(judge(), exit_fault::none);
}

TEST_F(exits, instructions_that_a_vm_does_not_have) {
  for (const exit_reason r : {exit_reason::vmlaunch, exit_reason::vmxon, exit_reason::monitor, exit_reason::mwait,
                              exit_reason::xsetbv, exit_reason::getsec, exit_reason::invept}) {
    reason(r);
    after.state = before;
    inject(exception::undefined);
    EXPECT_EQ(judge(), exit_fault::none);
    withdraw();
    retire();
    EXPECT_EQ(judge(), exit_fault::state);
  }
}

TEST_F(exits, in_leaves_or_is_answered_by_a_device) {
  reason(exit_reason::io);
  exit.qualification = 0x3f8 << 16 | 8;
  leaves_with(leave::io);
  EXPECT_EQ(judge(), exit_fault::none);
  leaves_with(leave::hlt);
  EXPECT_EQ(judge(), exit_fault::request);
  after.leaves = false;
  retire();
  after.state.general[general::rax] = 7;
  EXPECT_EQ(judge(), exit_fault::none);
  exit.qualification = 0x3f8 << 16;  // OUT
  EXPECT_EQ(judge(), exit_fault::state);
}

}  // namespace
}  // namespace umbra::reference::test
