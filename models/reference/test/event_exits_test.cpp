// Exits for events, and what waits meanwhile.
#include "models/reference/test/exits.hpp"

namespace umbra::reference::test {
namespace {

TEST_F(exits, host_events_change_nothing) {
  reason(exit_reason::external_interrupt);
  EXPECT_EQ(judge(), exit_fault::none);
  retire();
  EXPECT_EQ(judge(), exit_fault::state);
  after.state = before;
  reason(exit_reason::exception_or_nmi);
  exit.interruption = {.information = event_information(event_type::nmi, 2)};
  EXPECT_EQ(judge(), exit_fault::none);
}

TEST_F(exits, shutdown_and_failed_entries_leave) {
  reason(exit_reason::triple_fault);
  EXPECT_EQ(judge(), exit_fault::state);
  leaves_with(leave::shutdown);
  EXPECT_EQ(judge(), exit_fault::none);
  reason(exit_reason::invalid_guest_state);
  EXPECT_EQ(judge(), exit_fault::request);
  leaves_with(leave::fail_entry);
  EXPECT_EQ(judge(), exit_fault::none);
  exit.reason = 60;
  leaves_with(leave::unknown);
  EXPECT_EQ(judge(), exit_fault::none);
}

TEST_F(exits, page_faults) {
  page_fault(0x7000);
  EXPECT_EQ(judge(), exit_fault::none);  // the shadow tables' affair
  inject(exception::page_fault, 7);
  after.state.cr2 = 0x7000;
  EXPECT_EQ(judge(), exit_fault::none);
}

TEST_F(exits, windows) {
  reason(exit_reason::interrupt_window);
  after.injected = external(0x40);
  EXPECT_EQ(judge(), exit_fault::injection);  // nothing was waiting
  context.pending.interrupt = true;
  EXPECT_EQ(judge(), exit_fault::none);
  before.rflags = after.state.rflags = x86::rflags::fixed;
  EXPECT_EQ(judge(), exit_fault::injection);
  withdraw();
  leaves_with(leave::interrupt_window);
  EXPECT_EQ(judge(), exit_fault::none);
}

TEST_F(exits, interrupts_are_not_injected_in_a_shadow) {
  reason(exit_reason::external_interrupt);
  context.pending.interrupt = true;
  after.injected = external(0x40);
  EXPECT_EQ(judge(), exit_fault::none);
  before.interruptibility = after.state.interruptibility = x86::interruptibility::by_mov_ss;
  EXPECT_EQ(judge(), exit_fault::injection);
  reason(exit_reason::pause);  // which ends the shadow
  retire();
  after.state.interruptibility = 0;
  EXPECT_EQ(judge(), exit_fault::none);
}

}  // namespace
}  // namespace umbra::reference::test
