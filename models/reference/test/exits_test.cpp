// What exits may do: each kind of exit with ends that are legal and ends that are not.
#include <gtest/gtest.h>

#include "core/x86/debug.hpp"
#include "models/reference/exits/judge.hpp"
#include "models/reference/test/guest.hpp"

namespace umbra::reference::test {
namespace {

using x86::event_type;
using x86::exception;
using x86::exit_reason;

constexpr cpuid_row leaves[] = {{.leaf = 0, .answer = {.eax = 1, .ebx = 2, .ecx = 3, .edx = 4}},
                                {.leaf = 1, .answer = {.eax = 0x306c3, .edx = 0x1fff'ffff}}};

/// An exit of a 64-bit guest at CPL 0, to be ended in some way by each test.
struct exits : testing::Test {
  exits() {
    for (unsigned i = 0; i < general::count; ++i) before.general[i] = 0x1111'2222'0000'0000 + i;
    before.rip = 0xffff'ffff'8000'0ffe;
    before.rflags = x86::rflags::fixed | x86::rflags::interrupt;
    before.control = level4_registers();
    before.code64 = true;
    before.dr7 = x86::dr7::ones;
    before.dr6 = x86::dr6::ones;
    exit.length = 3;
    context.cpuid = leaves;
    context.msrs.cr0 = before.control.cr0;
    context.msrs.efer = before.control.efer;
    after.state = before;
  }

  exit_fault judge() {
    const legal_ends ends = ends_of(before, exit, context, ram);
    return static_cast<exit_fault>(judge_exit(ends, before, exit, context, after));
  }
  /// What the instruction does to this exit's end: completes.
  void retire() { after.state.rip = before.rip + exit.length; }
  void reason(exit_reason r) { exit.reason = static_cast<unsigned>(r); }
  void inject(exception e, word code = 0) { after.injected = hardware_exception(x86::vector_of(e), code, false); }
  void leaves_with(leave l) { after.leaves = true, after.request = static_cast<unsigned>(l); }
  static event external(unsigned vector) {
    return {.information = event_information(event_type::external_interrupt, vector)};
  }
  void page_fault(word address) {
    reason(exit_reason::exception_or_nmi);
    exit.qualification = address;
    exit.interruption = hardware_exception(14, 2, false);
  }

  guest_ram ram;
  guest_state before;
  exit_information exit;
  exit_context context;
  exit_result after;
};

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
  after.injected = {};
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
  after.injected = {};
  retire();
  EXPECT_EQ(judge(), exit_fault::state);
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

TEST_F(exits, instructions_that_a_vm_does_not_have) {
  for (const exit_reason r : {exit_reason::vmlaunch, exit_reason::vmxon, exit_reason::monitor, exit_reason::mwait,
                              exit_reason::xsetbv, exit_reason::getsec, exit_reason::invept}) {
    reason(r);
    after.state = before;
    inject(exception::undefined);
    EXPECT_EQ(judge(), exit_fault::none);
    after.injected = {};
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
  after.injected = {};
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

TEST_F(exits, an_nmi_that_was_being_delivered_is_not_lost) {
  page_fault(0x7000);
  exit.vectoring = {.information = event_information(event_type::nmi, 2)};
  EXPECT_EQ(judge(), exit_fault::lost);
  after.injected = exit.vectoring;
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
  after.injected = {};
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
