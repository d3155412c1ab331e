// Exits that interrupted the delivery of an event; faults of IRET.
#include "models/reference/test/exits.hpp"

namespace umbra::reference::test {
namespace {

TEST_F(exits, page_faults_meet_what_was_being_delivered) {
  page_fault(0x7000);
  after.state.cr2 = 0x7000;
  exit.vectoring = hardware_exception(14, 0, false);
  inject(exception::page_fault, 2);
  EXPECT_EQ(judge(), exit_fault::escalation);
  inject(exception::double_fault);
  EXPECT_EQ(judge(), exit_fault::none);
  exit.vectoring = hardware_exception(13, 0, false);
  EXPECT_NE(judge(), exit_fault::none);
  inject(exception::page_fault, 2);
  EXPECT_EQ(judge(), exit_fault::none);
  exit.vectoring = hardware_exception(8, 0, false);
  EXPECT_EQ(judge(), exit_fault::escalation);
  withdraw();
  leaves_with(leave::shutdown);
  EXPECT_EQ(judge(), exit_fault::none);
}

TEST_F(exits, interrupts_that_were_being_delivered_are_not_lost) {
  page_fault(0x7000);
  exit.vectoring = external(0x31);
  EXPECT_EQ(judge(), exit_fault::lost);
  after.injected = external(0x31);
  EXPECT_EQ(judge(), exit_fault::none);
  after.injected = external(0x32);
  EXPECT_EQ(judge(), exit_fault::injection);
  inject(exception::page_fault, 2);
  after.state.cr2 = 0x7000;
  EXPECT_EQ(judge(), exit_fault::lost);
  after.pending.interrupt = true;
  EXPECT_EQ(judge(), exit_fault::none);
  after.state.cr2 = 0x8000;
  EXPECT_EQ(judge(), exit_fault::exception);
}

TEST_F(exits, an_emulated_instruction_may_end_in_any_event_of_its_own) {
  page_fault(0x7000);
  using enum event_type;
  for (const event_type t : {hardware_exception, software_interrupt, software_exception, privileged_exception}) {
    after.injected = {.information = event_information(t, 13)};
    EXPECT_EQ(judge(), exit_fault::none) << static_cast<unsigned>(t);
  }
  after.injected = external(0x31);
  EXPECT_EQ(judge(), exit_fault::injection) << "that is not the instruction's";
}

TEST_F(exits, an_nmi_that_was_being_delivered_is_not_lost) {
  page_fault(0x7000);
  exit.vectoring = {.information = event_information(event_type::nmi, 2)};
  EXPECT_EQ(judge(), exit_fault::lost);
  after.injected = exit.vectoring;
  EXPECT_EQ(judge(), exit_fault::none);
}

TEST_F(exits, sdm_28_2_3_a_fault_of_iret_blocks_nmis_again) {
  page_fault(0x7000);
  exit.interruption.information |= x86::event_field::nmi_unblocked;
  EXPECT_EQ(judge(), exit_fault::none);  // the bit is not defined
  context.nmi_unblocking = true;
  EXPECT_EQ(judge(), exit_fault::nmi_blocking);
  after.state.interruptibility = x86::interruptibility::by_nmi;
  EXPECT_EQ(judge(), exit_fault::none);
  after.state.interruptibility = 0;
  exit.vectoring = hardware_exception(6, 0, false);
  EXPECT_EQ(judge(), exit_fault::none);
}

}  // namespace
}  // namespace umbra::reference::test
