// Events on their way to the guest: which goes first, when, and what becomes of one whose delivery an exit interrupts.
#include "core/test/bench.hpp"
#include "core/x86/vmx_controls.hpp"

namespace umbra::vmx {
namespace {

using x86::vmcs;
using enum x86::exit_reason;
namespace blocked = x86::interruptibility;

class delivery : public bench {
 protected:
  static constexpr word enabled = x86::rflags::fixed | x86::rflags::interrupt;

  delivery() { general().rflags = rflags_ = enabled; }

  /// What the guest's state says at the next exit.
  void blocks(word how) {
    guest().state().blocking = how;
    hardware().inform(vmcs::guest_interruptibility, how);
  }
  /// What the next entry delivers, as the VMCS has it; 0 is nothing.
  word event() {
    EXPECT_EQ(cpu_->prepare(), next::run);
    return field_of(vmcs::entry_event);
  }
  /// The guest runs until the host's interrupt makes it leave.
  void run() {
    EXPECT_EQ(cpu_->prepare(), next::run);
    EXPECT_EQ(exit(external_interrupt), next::run);
  }
  bool asks_for(std::uint32_t window) { return (field_of(vmcs::processor_controls) & window) != 0; }
  bool interrupt_window_open_is_told() { return asks_for(x86::processor_control::interrupt_window_exiting); }
  bool nmi_window_open_is_told() { return asks_for(x86::processor_control::nmi_window_exiting); }

  static constexpr word interrupt_at(word vector) { return 0x8000'0000 | vector; }
  static constexpr word nmi = 0x8000'0202, page_fault_event = 0x8000'0b0e;
};

// --- interrupts ---

TEST_F(delivery, an_interrupt_comes_once) {
  cpu_->interrupt(0x30);
  EXPECT_EQ(event(), interrupt_at(0x30));
  EXPECT_EQ(event(), interrupt_at(0x30)) << "the entry was put off";
  EXPECT_FALSE(interrupt_window_open_is_told());
  run();
  EXPECT_EQ(event(), 0u);
  EXPECT_EQ(cpu_->counters().interrupts, 1u);
}

TEST_F(delivery, interrupts_come_one_by_one_from_the_highest) {
  for (const word v : {0x30, 0x90, 0x31}) cpu_->interrupt(v);
  for (const word v : {0x90, 0x31, 0x30}) {
    EXPECT_EQ(event(), interrupt_at(v));
    EXPECT_EQ(interrupt_window_open_is_told(), v != 0x30);
    run();
  }
  EXPECT_EQ(event(), 0u);
}

TEST_F(delivery, a_guest_that_takes_no_interrupts_gets_none_until_it_does) {
  const struct {
    word flags, blocking;
  } cases[] = {{x86::rflags::fixed, 0}, {enabled, blocked::by_sti}, {enabled, blocked::by_mov_ss}};
  for (const auto& c : cases) {
    general().rflags = c.flags;
    blocks(c.blocking);
    cpu_->interrupt(0x30);
    EXPECT_EQ(event(), 0u);
    EXPECT_TRUE(interrupt_window_open_is_told());
    blocks(0);
    EXPECT_EQ(exit(interrupt_window), next::run);
    EXPECT_EQ(event(), interrupt_at(0x30));
    EXPECT_FALSE(interrupt_window_open_is_told());
    run();
  }
}

TEST_F(delivery, an_instruction_that_umbra_executes_ends_what_blocks) {
  blocks(blocked::by_sti);
  cpu_->interrupt(0x30);
  EXPECT_EQ(event(), 0u);
  EXPECT_EQ(exit(cpuid), next::run);
  EXPECT_EQ(event(), interrupt_at(0x30));
  EXPECT_EQ(field_of(vmcs::guest_interruptibility), 0u);
}

TEST_F(delivery, a_vmm_hears_of_the_window_that_it_asks_for) {
  general().rflags = x86::rflags::fixed;
  cpu_->want_interrupt_window(true);
  EXPECT_FALSE(cpu_->ready_for_interrupt());
  EXPECT_EQ(event(), 0u);
  EXPECT_TRUE(interrupt_window_open_is_told());
  EXPECT_EQ(exit(interrupt_window), next::run);
  EXPECT_TRUE(cpu_->ready_for_interrupt());
  EXPECT_EQ(cpu_->prepare(), next::leave);
  expect_left(request_kind::irq_window);
  cpu_->interrupt(0x40);
  EXPECT_FALSE(cpu_->ready_for_interrupt()) << "one waits already";
  EXPECT_EQ(event(), interrupt_at(0x40));
  cpu_->want_interrupt_window(false);
  run();
  EXPECT_EQ(event(), 0u);
  EXPECT_FALSE(interrupt_window_open_is_told());
}

// --- NMIs ---

TEST_F(delivery, an_nmi_goes_before_interrupts_and_whatever_rflags_says) {
  general().rflags = x86::rflags::fixed;
  cpu_->interrupt(0xff);
  EXPECT_TRUE(cpu_->nmi());
  EXPECT_EQ(event(), nmi);
  EXPECT_FALSE(nmi_window_open_is_told());
  EXPECT_TRUE(interrupt_window_open_is_told());
}

TEST_F(delivery, an_nmi_waits_while_the_guest_handles_another) {
  EXPECT_TRUE(cpu_->nmi());
  EXPECT_TRUE(cpu_->nmi());
  EXPECT_TRUE(cpu_->nmi());
  EXPECT_EQ(event(), nmi);
  EXPECT_TRUE(nmi_window_open_is_told());
  hardware().inform(vmcs::guest_interruptibility, blocked::by_nmi);
  EXPECT_EQ(exit(external_interrupt), next::run);
  EXPECT_EQ(event(), 0u);
  EXPECT_TRUE(nmi_window_open_is_told());
  EXPECT_NE(field_of(vmcs::guest_interruptibility) & blocked::by_nmi, 0u);
  blocks(0);  // IRET
  EXPECT_EQ(exit(nmi_window), next::run);
  EXPECT_EQ(event(), nmi);
  run();
  EXPECT_EQ(event(), 0u) << "a processor remembers no third";
}

TEST_F(delivery, an_nmi_waits_behind_mov_ss_and_sti) {
  EXPECT_TRUE(cpu_->nmi());
  blocks(blocked::by_mov_ss);
  EXPECT_EQ(event(), 0u);
  EXPECT_TRUE(nmi_window_open_is_told());
  EXPECT_FALSE(interrupt_window_open_is_told());
  blocks(blocked::by_sti);
  EXPECT_EQ(event(), 0u);
  EXPECT_FALSE(nmi_window_open_is_told()) << "it may open before the next instruction, again and again";
  EXPECT_TRUE(interrupt_window_open_is_told());
}

TEST_F(delivery, without_virtual_nmis_there_are_none) {
  controls_.pin &= ~x86::pin_control::virtual_nmis;
  make_cpu();
  EXPECT_FALSE(cpu_->nmi());
  EXPECT_EQ(event(), 0u);
  vcpu::saved_events s;
  s.nmis = 1;
  EXPECT_FALSE(cpu_->restore_events(s));
  s.nmis = 0;
  s.blocking = x86::interruptibility::by_nmi;
  EXPECT_FALSE(cpu_->restore_events(s)) << "it would block the host's";
  s.blocking = x86::interruptibility::by_sti;
  EXPECT_TRUE(cpu_->restore_events(s));
}

TEST_F(delivery, a_vcpu_that_is_not_set_up_yet_takes_nmis) {
  cpu fresh(mmu_, 1, features_, controls_, executor::emulator);
  EXPECT_TRUE(fresh.nmi());
  EXPECT_EQ(fresh.guest().nmis().waiting(), 1u);
}

TEST_F(delivery, an_iret_that_faults_has_unblocked_nmis_for_the_handler_and_not_for_the_second_try) {
  turn_on_level4();
  store(4, 9, 0);
  constexpr word unblocked = 0x8000'1b0e;
  hardware().inform(vmcs::exit_event, unblocked);
  hardware().inform(vmcs::exit_error_code, 0);
  ASSERT_EQ(cpu_->prepare(), next::run);
  EXPECT_EQ(exit(exception_or_nmi, 0x8000), next::run);
  EXPECT_EQ(event(), 0u);
  EXPECT_EQ(field_of(vmcs::guest_interruptibility), blocked::by_nmi) << "the IRET runs again";
  hardware().inform(vmcs::guest_interruptibility, 0);
  EXPECT_EQ(exit(exception_or_nmi, 0x9000), next::run);
  EXPECT_EQ(event(), page_fault_event);
  EXPECT_EQ(field_of(vmcs::guest_interruptibility), 0u) << "the guest handles the fault";
  // While an event was being delivered, and of double faults, the bit means nothing.
  hardware().inform(vmcs::guest_interruptibility, 0);
  interrupted(0x8000'0b0d);
  EXPECT_EQ(exit(exception_or_nmi, 0x8000), next::run);
  event();
  EXPECT_EQ(field_of(vmcs::guest_interruptibility), 0u);
}

// --- one before the other ---

TEST_F(delivery, an_exception_goes_before_everything_else) {
  cpu_->interrupt(0x30);
  EXPECT_TRUE(cpu_->nmi());
  ASSERT_EQ(cpu_->raise(vcpu::event::exception(x86::exception::protection, word{0})), next::run);
  EXPECT_EQ(event(), 0x8000'0b0du);
  EXPECT_TRUE(nmi_window_open_is_told());
  EXPECT_TRUE(interrupt_window_open_is_told());
  run();
  EXPECT_EQ(event(), nmi);
  run();
  EXPECT_EQ(event(), interrupt_at(0x30));
}

TEST_F(delivery, a_pending_trap_goes_before_nmis_and_interrupts) {
  rflags_ |= x86::rflags::tf;
  cpu_->interrupt(0x30);
  EXPECT_TRUE(cpu_->nmi());
  ASSERT_EQ(exit(cpuid), next::run);
  EXPECT_EQ(event(), 0u) << "an entry that delivers something drops the trap";
  EXPECT_TRUE(nmi_window_open_is_told());
  cpu_->vmcs().write<vmcs::guest_pending_debug>(word{0});
  EXPECT_EQ(event(), nmi);
}

TEST_F(delivery, what_blocks_for_one_instruction_goes_with_the_trap_behind_it) {
  for (const word how : {blocked::by_sti, blocked::by_mov_ss}) {
    blocks(how);
    general().rflags = enabled | x86::rflags::tf;
    event();
    EXPECT_EQ(field_of(vmcs::guest_pending_debug), x86::pending_debug::single_step);
    general().rflags = enabled;
    event();
    EXPECT_EQ(field_of(vmcs::guest_pending_debug), 0u);
  }
}

// --- interrupted deliveries ---

TEST_F(delivery, an_interrupt_that_was_not_delivered_waits_again) {
  cpu_->interrupt(0x30);
  EXPECT_EQ(event(), interrupt_at(0x30));
  interrupted(interrupt_at(0x30));
  EXPECT_EQ(exit(external_interrupt), next::run);
  interrupted(0);
  EXPECT_EQ(event(), interrupt_at(0x30));
  EXPECT_EQ(cpu_->counters().taken_back, 1u);
  run();
  EXPECT_EQ(event(), 0u);
}

TEST_F(delivery, an_exception_in_the_delivery_of_an_interrupt_loses_neither) {
  turn_on_level4();
  store(4, 9, 0);
  cpu_->interrupt(0x30);
  EXPECT_EQ(event(), interrupt_at(0x30));
  interrupted(interrupt_at(0x30));
  EXPECT_EQ(page_fault(0x9123, 0), next::run);
  interrupted(0);
  EXPECT_EQ(event(), page_fault_event);
  EXPECT_TRUE(interrupt_window_open_is_told());
  EXPECT_EQ(exit(interrupt_window), next::run);
  EXPECT_EQ(event(), interrupt_at(0x30));
}

TEST_F(delivery, an_exception_in_the_delivery_of_an_nmi_loses_neither_and_nmis_are_not_blocked) {
  turn_on_level4();
  store(4, 9, 0);
  EXPECT_TRUE(cpu_->nmi());
  EXPECT_EQ(event(), nmi);
  hardware().inform(vmcs::guest_interruptibility, blocked::by_nmi);
  interrupted(nmi);
  hardware().inform(vmcs::exit_event, page_fault_event);
  hardware().inform(vmcs::exit_error_code, 0);
  EXPECT_EQ(exit(exception_or_nmi, 0x9123), next::run);
  interrupted(0);
  EXPECT_EQ(event(), page_fault_event);
  EXPECT_TRUE(nmi_window_open_is_told());
  EXPECT_EQ(field_of(vmcs::guest_interruptibility), 0u);
  EXPECT_EQ(exit(nmi_window), next::run);
  EXPECT_EQ(event(), nmi);
}

TEST_F(delivery, the_instruction_that_an_event_interrupts_is_not_what_missed) {
  turn_on_level4();
  constexpr std::uint8_t move[] = {0x48, 0x89, 0x08};  // MOV [RAX], RCX
  place(move);
  ASSERT_EQ(page_fault(0x9123, 0), next::run);
  general().set(vcpu::general::rax, 0xa000);
  for (const word e : {interrupt_at(0x30), nmi}) {
    cpu_->interrupt(0x30);
    if (e == nmi) ASSERT_TRUE(cpu_->nmi());
    EXPECT_EQ(event(), e);
    general().set(vcpu::general::rcx, 77);
    interrupted(e);
    // The stack is a page table.
    hardware().inform(vmcs::exit_event, page_fault_event);
    hardware().inform(vmcs::exit_error_code, 3);
    EXPECT_EQ(exit(exception_or_nmi, 0x4000), next::leave) << "its own translation needs the table";
    EXPECT_EQ(stored(10, 0), 0u);
    EXPECT_EQ(general().rip, rip);
    interrupted(0);
  }
}

TEST_F(delivery, what_an_instruction_asked_for_keeps_its_length) {
  for (const word e : {word{0x8000'0480}, word{0x8000'0603}, word{0x8000'0501}}) {
    ASSERT_EQ(cpu_->prepare(), next::run);
    interrupted(e);
    EXPECT_EQ(exit(external_interrupt, 0, 3), next::run);
    interrupted(0);
    hardware().inform(vmcs::entry_instruction_length, 0);
    EXPECT_EQ(event(), e);
    EXPECT_EQ(field_of(vmcs::entry_instruction_length), 3u);
    run();
  }
}

TEST_F(delivery, what_no_processor_delivers_is_an_error) {
  const struct {
    word event, error_code;
    unsigned length;
  } cases[] = {
      {0x8000'0120, 0, 2}, {0x8000'0700, 0, 2}, {0x8000'0203, 0, 2},        {0x8000'0a02, 0, 2}, {0x8000'0320, 0, 2},
      {0x8000'030e, 0, 2}, {0x8000'0b03, 0, 2}, {0x8000'0b0d, 0x1'0000, 2}, {0x8000'0480, 0, 0}, {0x8000'0480, 0, 16},
      {0x8000'0c80, 0, 2}, {0x8000'0830, 0, 2}, {interrupt_at(0x31), 0, 2},  // not the one that was given
      {nmi, 0, 2},
  };
  for (const auto& c : cases) {
    cpu_->interrupt(0x30);
    ASSERT_EQ(cpu_->prepare(), next::run);
    interrupted(c.event, c.error_code);
    EXPECT_EQ(exit(external_interrupt, 0, c.length), next::leave) << std::hex << c.event;
    EXPECT_EQ(cpu_->request().error, internal_error::delivery);
    interrupted(0);
  }
}

TEST_F(delivery, a_failed_entry_delivers_nothing) {
  cpu_->interrupt(0x30);
  EXPECT_TRUE(cpu_->nmi());
  ASSERT_EQ(cpu_->prepare(), next::run);
  EXPECT_EQ(exit_with(0x8000'0021), next::leave);
  EXPECT_EQ(event(), nmi);
  EXPECT_EQ(cpu_->exited(false), next::leave);
  EXPECT_EQ(event(), nmi);
  run();
  EXPECT_EQ(event(), interrupt_at(0x30));
}

// --- HLT ---

TEST_F(delivery, a_vcpu_that_halts_goes_on_with_the_next_event_that_it_takes) {
  EXPECT_EQ(exit(hlt, 0, 1), next::leave);
  expect_left(request_kind::hlt);
  EXPECT_EQ(cpu_->prepare(), next::leave) << "nothing has woken it";
  expect_left(request_kind::hlt);
  cpu_->interrupt(0x30);
  EXPECT_EQ(event(), interrupt_at(0x30));
  EXPECT_FALSE(guest().halted());
  run();

  rflags_ = x86::rflags::fixed;
  EXPECT_EQ(exit(hlt, 0, 1), next::leave);
  cpu_->interrupt(0x30);
  EXPECT_EQ(cpu_->prepare(), next::leave) << "it does not take the interrupt";
  EXPECT_TRUE(guest().halted());
  EXPECT_TRUE(cpu_->nmi());
  EXPECT_EQ(event(), nmi);
}

TEST_F(delivery, hlt_does_not_wait_for_what_is_there) {
  cpu_->interrupt(0x30);
  blocks(blocked::by_sti);  // STI; HLT
  EXPECT_EQ(exit(hlt, 0, 1), next::run);
  EXPECT_EQ(general().rip, rip + 1);
  EXPECT_EQ(event(), interrupt_at(0x30));
  run();
  rflags_ |= x86::rflags::tf;
  EXPECT_EQ(exit(hlt, 0, 1), next::run) << "the trap behind it wakes the processor";
}

TEST_F(delivery, a_blocked_nmi_does_not_wake) {
  blocks(blocked::by_nmi);
  EXPECT_TRUE(cpu_->nmi());
  EXPECT_EQ(exit(hlt, 0, 1), next::leave);
  EXPECT_EQ(cpu_->prepare(), next::leave);
}

}  // namespace
}  // namespace umbra::vmx
