// #DB: DR6, DR7 and RF as the guest's handler finds them (17.3.1.1, 18.2.3, 18.2.4).
#include "models/reference/test/exits.hpp"

namespace umbra::reference::test {
namespace {

namespace dr6 = x86::dr6;
namespace dr7 = x86::dr7;

struct debug_exceptions : exits {
  /// What hardware reports: table 28-1.
  void met(word causes) {
    reason(exit_reason::exception_or_nmi);
    exit.interruption = hardware_exception(x86::vector_of(exception::debug), 0, false);
    exit.qualification = causes;
    inject(exception::debug);
  }
  void read_dr(unsigned number) {
    reason(exit_reason::debug_register);
    exit.qualification = number | 1 << 4;
  }
};

TEST_F(debug_exceptions, set_their_causes_in_dr6) {
  met(dr6::b0 << 2 | dr6::bs);
  EXPECT_EQ(judge(), exit_fault::state);
  after.state.dr6 |= dr6::b0 << 2;
  EXPECT_EQ(judge(), exit_fault::state);
  after.state.dr6 |= dr6::bs;
  EXPECT_EQ(judge(), exit_fault::none);
  after.state.dr6 |= dr6::b0;
  EXPECT_EQ(judge(), exit_fault::state);
}

TEST_F(debug_exceptions, may_clear_other_breakpoints_and_nothing_else_of_dr6) {
  before.dr6 |= dr6::b0 | dr6::bs | dr6::bd;
  after.state = before;
  met(dr6::b0 << 1);
  after.state.dr6 |= dr6::b0 << 1;
  EXPECT_EQ(judge(), exit_fault::none);
  after.state.dr6 &= ~dr6::b0;
  EXPECT_EQ(judge(), exit_fault::none);
  after.state.dr6 &= ~dr6::bs;
  EXPECT_EQ(judge(), exit_fault::state);
  after.state.dr6 |= dr6::bs;
  after.state.dr6 &= ~dr6::bd;
  EXPECT_EQ(judge(), exit_fault::state);
}

TEST_F(debug_exceptions, clear_gd_and_nothing_else_of_dr7) {
  before.dr7 |= dr7::gd | 1;
  after.state = before;
  met(dr6::bs);
  after.state.dr6 |= dr6::bs;
  EXPECT_EQ(judge(), exit_fault::state);
  after.state.dr7 &= ~dr7::gd;
  EXPECT_EQ(judge(), exit_fault::none);
  after.state.dr7 &= ~word{1};
  EXPECT_EQ(judge(), exit_fault::state);
}

TEST_F(debug_exceptions, end_stepping_by_branches) {
  before.debugctl = x86::debugctl::btf | x86::debugctl::lbr;
  after.state = before;
  met(dr6::bs);
  after.state.dr6 |= dr6::bs;
  EXPECT_EQ(judge(), exit_fault::state);
  after.state.debugctl = x86::debugctl::lbr;
  EXPECT_EQ(judge(), exit_fault::none);
}

TEST_F(debug_exceptions, leave_rf_as_hardware_reports_it) {
  met(dr6::b0);
  after.state.dr6 |= dr6::b0;
  after.state.rflags |= x86::rflags::rf;
  EXPECT_EQ(judge(), exit_fault::state);
  before.rflags |= x86::rflags::rf;
  EXPECT_EQ(judge(), exit_fault::none);
  after.state.rflags &= ~x86::rflags::rf;
  EXPECT_EQ(judge(), exit_fault::state);
}

TEST_F(debug_exceptions, general_detection_is_a_fault) {
  read_dr(1);
  before.dr7 |= dr7::gd;
  after.state = before;
  inject(exception::debug);
  after.state.dr6 |= dr6::bd;
  after.state.dr7 &= ~dr7::gd;
  EXPECT_EQ(judge(), exit_fault::state);
  after.state.rflags |= x86::rflags::rf;
  EXPECT_EQ(judge(), exit_fault::none);
  after.state.dr6 &= ~dr6::bd;
  EXPECT_EQ(judge(), exit_fault::state);
  after.state.dr6 |= dr6::bd | dr6::bs;
  EXPECT_EQ(judge(), exit_fault::state);
}

TEST_F(debug_exceptions, of_int1_change_no_debug_register) {
  reason(exit_reason::exception_or_nmi);
  exit.length = 1;
  exit.interruption = {.information = event_information(event_type::privileged_exception, 1), .length = 1};
  after.injected = exit.interruption;
  EXPECT_EQ(judge(), exit_fault::none);
  after.state.dr6 |= dr6::b0;
  EXPECT_EQ(judge(), exit_fault::state);
  after.state = before;
  inject(exception::debug);
  EXPECT_EQ(judge(), exit_fault::exception);
}

TEST_F(debug_exceptions, of_a_step_come_with_what_was_pending) {
  reason(exit_reason::pause);
  before.rflags |= x86::rflags::tf;
  before.pending_debug = x86::pending_debug::enabled_breakpoint | dr6::b0;
  before.dr7 |= dr7::gd;
  after.state = before;
  inject(exception::debug);
  retire();
  after.state.pending_debug = 0;
  after.state.dr6 |= dr6::bs;
  after.state.dr7 &= ~dr7::gd;
  EXPECT_EQ(judge(), exit_fault::state);
  after.state.dr6 |= dr6::b0;
  EXPECT_EQ(judge(), exit_fault::none);
  after.state.dr6 |= dr6::bd;
  EXPECT_EQ(judge(), exit_fault::state);
  after.state.dr6 &= ~dr6::bd;
  after.state.dr7 |= dr7::gd;
  EXPECT_EQ(judge(), exit_fault::state);
}

TEST_F(debug_exceptions, of_a_step_come_behind_an_instruction_only) {
  reason(exit_reason::external_interrupt);
  before.rflags |= x86::rflags::tf;
  after.state = before;
  inject(exception::debug);
  EXPECT_EQ(judge(), exit_fault::state);
  exit.vectoring = after.injected;  // it was being delivered
  EXPECT_EQ(judge(), exit_fault::none);
}

TEST_F(debug_exceptions, faults_have_rf_for_their_frame) {
  read_dr(1);
  before.cpl = 3;
  after.state = before;
  inject(exception::protection);
  EXPECT_EQ(judge(), exit_fault::none);
  after.state.rflags = before.rflags;
  EXPECT_EQ(judge(), exit_fault::state);
}

}  // namespace
}  // namespace umbra::reference::test
