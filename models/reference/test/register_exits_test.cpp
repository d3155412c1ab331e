// Exits for control registers, debug registers and MSRs.
#include "models/reference/test/exits.hpp"

namespace umbra::reference::test {
namespace {

TEST_F(exits, mov_to_cr0) {
  reason(exit_reason::control_register);
  exit.qualification = general::rbx << 8;
  before.general[general::rbx] = after.state.general[general::rbx] = before.control.cr0 | x86::cr0::ts;
  retire();
  EXPECT_EQ(judge(), exit_fault::state);
  after.state.control.cr0 |= x86::cr0::ts;
  EXPECT_EQ(judge(), exit_fault::none);
  after.state = before;
  inject(exception::protection);
  EXPECT_EQ(judge(), exit_fault::exception);
}

TEST_F(exits, mov_to_cr0_that_faults) {
  reason(exit_reason::control_register);
  exit.qualification = general::rbx << 8;
  before.general[general::rbx] = x86::cr0::pg;
  after.state = before;
  inject(exception::protection);
  EXPECT_EQ(judge(), exit_fault::none);
  inject(exception::protection, 8);
  EXPECT_EQ(judge(), exit_fault::exception);
  inject(exception::undefined);
  EXPECT_EQ(judge(), exit_fault::exception);
  inject(exception::protection);
  after.state.control.cr0 = x86::cr0::pg;
  EXPECT_EQ(judge(), exit_fault::state);
}

TEST_F(exits, mov_to_cr0_from_64_bit_mode_does_not_leave_it) {
  reason(exit_reason::control_register);
  before.general[0] = after.state.general[0] = x86::cr0::pe;
  inject(exception::protection);
  EXPECT_EQ(judge(), exit_fault::none);
}

TEST_F(exits, clts_and_lmsw) {
  reason(exit_reason::control_register);
  before.control.cr0 |= x86::cr0::ts | x86::cr0::em;
  after.state = before;
  exit.qualification = control_access_kind::clts << 4;
  retire();
  after.state.control.cr0 &= ~x86::cr0::ts;
  EXPECT_EQ(judge(), exit_fault::none);
  exit.qualification = control_access_kind::lmsw << 4 | word{x86::cr0::mp} << 16;
  EXPECT_EQ(judge(), exit_fault::state);
  after.state.control.cr0 = (before.control.cr0 | x86::cr0::mp) & ~(x86::cr0::ts | x86::cr0::em);
  EXPECT_EQ(judge(), exit_fault::none);
}

TEST_F(exits, mov_from_cr3) {
  reason(exit_reason::control_register);
  exit.qualification = 3 | control_access_kind::mov_from << 4 | 9 << 8;
  retire();
  after.state.general[9] = before.control.cr3;
  EXPECT_EQ(judge(), exit_fault::none);
  after.state.general[9] += 0x1000;
  EXPECT_EQ(judge(), exit_fault::state);
}

TEST_F(exits, cr8) {
  reason(exit_reason::control_register);
  exit.qualification = 8;
  before.general[0] = after.state.general[0] = 5;
  retire();
  after.state.cr8 = 5;
  EXPECT_EQ(judge(), exit_fault::none);
  leaves_with(leave::set_tpr);
  EXPECT_EQ(judge(), exit_fault::none);
  after.leaves = false;
  before.general[0] = 16;
  after.state = before;
  inject(exception::protection);
  EXPECT_EQ(judge(), exit_fault::none);
  exit.qualification = 5;
  inject(exception::undefined);
  EXPECT_EQ(judge(), exit_fault::none);
}

TEST_F(exits, debug_registers) {
  reason(exit_reason::debug_register);
  exit.qualification = 2 | general::rsi << 8;  // MOV DR2, RSI
  retire();
  after.state.breakpoints[2] = before.general[general::rsi];
  EXPECT_EQ(judge(), exit_fault::none);
  before.cpl = 3;
  EXPECT_EQ(judge(), exit_fault::state);
  after.state = before;
  inject(exception::protection);
  EXPECT_EQ(judge(), exit_fault::none);
  before.cpl = 0;
  before.dr7 |= x86::dr7::gd;
  after.state = before;
  inject(exception::debug);
  after.state.rflags |= x86::rflags::rf;
  after.state.dr6 |= x86::dr6::bd;
  after.state.dr7 &= ~x86::dr7::gd;
  EXPECT_EQ(judge(), exit_fault::none);
  exit.qualification = 4 | 1 << 4;  // MOV RAX, DR4
  before.control.cr4 |= x86::cr4::de;
  after.state = before;
  inject(exception::undefined);
  EXPECT_EQ(judge(), exit_fault::none);
}

TEST_F(exits, msrs) {
  reason(exit_reason::rdmsr);
  before.general[general::rcx] = after.state.general[general::rcx] = 0xc000'0082;
  retire();
  after.state.general[general::rax] = 0x1234;
  after.state.general[general::rdx] = 0xffff;
  EXPECT_EQ(judge(), exit_fault::none);
  context.msr_known = true;
  context.msr_value = 0xffff'0000'1235;
  EXPECT_EQ(judge(), exit_fault::state);
  context.msr_value = 0xffff'0000'1234;
  EXPECT_EQ(judge(), exit_fault::none);

  reason(exit_reason::wrmsr);
  after.state = before;
  before.general[general::rdx] = after.state.general[general::rdx] = 0x8000;  // not canonical
  inject(exception::protection);
  EXPECT_EQ(judge(), exit_fault::none);
  withdraw();
  retire();
  EXPECT_EQ(judge(), exit_fault::state);
}

TEST_F(exits, wrmsr_of_debugctl_reaches_the_register) {
  reason(exit_reason::wrmsr);
  context.msrs.debugctl_bits = x86::debugctl::btf;
  before.general[general::rcx] = 0x1d9;
  before.general[general::rax] = x86::debugctl::btf;
  before.general[general::rdx] = 0;
  after.state = before;
  retire();
  EXPECT_EQ(judge(), exit_fault::state);
  after.state.debugctl = x86::debugctl::btf;
  EXPECT_EQ(judge(), exit_fault::none);
}

TEST_F(exits, wrmsr_of_debugctl_decides_on_the_step_behind_it) {
  reason(exit_reason::wrmsr);
  context.msrs.debugctl_bits = x86::debugctl::btf;
  before.rflags |= x86::rflags::tf;
  before.general[general::rcx] = 0x1d9;
  before.general[general::rdx] = 0;
  for (const word btf : {word{x86::debugctl::btf}, word{0}}) {
    before.general[general::rax] = btf;
    before.debugctl = btf ^ word{x86::debugctl::btf};
    after.state = before;
    retire();
    after.state.debugctl = btf;
    EXPECT_EQ(judge(), btf != 0 ? exit_fault::none : exit_fault::state);
    after.state.pending_debug = x86::pending_debug::single_step;
    EXPECT_EQ(judge(), btf != 0 ? exit_fault::state : exit_fault::none);
  }
}

TEST_F(exits, wrmsr_of_efer_reaches_the_register) {
  reason(exit_reason::wrmsr);
  before.general[general::rcx] = 0xc000'0080;
  before.general[general::rax] = x86::efer::lme | x86::efer::sce;
  before.general[general::rdx] = 0;
  after.state = before;
  retire();
  EXPECT_EQ(judge(), exit_fault::state);
  after.state.control.efer = x86::efer::lme | x86::efer::lma | x86::efer::sce;
  EXPECT_EQ(judge(), exit_fault::none);
}

}  // namespace
}  // namespace umbra::reference::test
