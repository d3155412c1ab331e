// What becomes of each exit.
#include "core/test/bench.hpp"

#include "core/x86/page_fault.hpp"

namespace umbra::vmx {
namespace {

using namespace vcpu::general;
using enum x86::exit_reason;
namespace code = x86::page_fault;

using exits = bench;

TEST_F(exits, registers_come_from_the_vmcs) {
  EXPECT_EQ(exit(external_interrupt), next::run);
  EXPECT_TRUE(cpu_->has_run());
  EXPECT_EQ(general().rip, rip);
  EXPECT_EQ(general().get(rsp), 0x8000u);
  EXPECT_EQ(general().rflags, 2u);
}

TEST_F(exits, hlt_leaves_behind_the_instruction) {
  EXPECT_EQ(exit(hlt, 0, 1), next::leave);
  expect_left(request_kind::hlt);
  EXPECT_EQ(general().rip, rip + 1);
}

TEST_F(exits, a_triple_fault_is_a_shutdown) {
  EXPECT_EQ(exit(triple_fault), next::leave);
  expect_left(request_kind::shutdown);
}

TEST_F(exits, any_other_reason_leaves_with_its_number) {
  for (const word reason : {word{9}, word{17}, word{52}, word{74}, word{75}, word{0xffff}}) {
    EXPECT_EQ(exit_with(reason), next::leave);
    expect_left(request_kind::unknown, reason);
    EXPECT_EQ(general().rip, rip);
  }
}

TEST_F(exits, a_failed_entry_leaves_the_guest_as_it_is) {
  general().rip = 0x55;
  EXPECT_EQ(exit_with(0x8000'0021), next::leave);
  expect_left(request_kind::fail_entry, 0x8000'0021);
  EXPECT_EQ(general().rip, 0x55u);
  EXPECT_FALSE(cpu_->has_run());
  hardware().inform(x86::vmcs::instruction_error, 7);
  EXPECT_EQ(cpu_->exited(false), next::leave);
  expect_left(request_kind::fail_entry, 7);
}

TEST_F(exits, rip_wraps_outside_64_bit_code_only) {
  hardware().inform(x86::vmcs::exit_reason, static_cast<word>(hlt));
  hardware().inform(x86::vmcs::instruction_length, 1);
  hardware().inform(x86::vmcs::guest_rip, 0xffff'ffff);
  cpu_->exited(true);
  EXPECT_EQ(general().rip, 0u);
  turn_on_level4();
  hardware().inform(x86::vmcs::guest_rip, 0xffff'ffff);
  cpu_->exited(true);
  EXPECT_EQ(general().rip, 0x1'0000'0000u);
}

TEST_F(exits, an_instruction_that_is_done_ends_blocking_and_may_trap) {
  cpu_->vmcs().write<x86::vmcs::guest_interruptibility>(word{3});
  EXPECT_EQ(exit(cpuid), next::run);
  EXPECT_EQ(guest().state().blocking, 0u);
  EXPECT_EQ(field_of(x86::vmcs::guest_pending_debug), 0u);
  rflags_ |= x86::rflags::tf;
  EXPECT_EQ(exit(cpuid), next::run);
  EXPECT_EQ(field_of(x86::vmcs::guest_pending_debug), x86::pending_debug::single_step);
}

// --- instructions that exit by themselves ---

TEST_F(exits, what_no_guest_is_offered_is_undefined) {
  for (const x86::exit_reason r : {getsec, vmclear, vmlaunch, vmptrld, vmptrst, vmread, vmresume, vmwrite, vmxoff,
                                   vmxon, mwait, monitor, invept, invvpid, xsetbv}) {
    expect_exception(exit(r), x86::exception::undefined);
  }
}

TEST_F(exits, a_fault_has_the_resume_flag_for_its_frame) {
  exit(vmxon, 0, 3);
  EXPECT_TRUE(has(general().rflags, x86::rflags::rf)) << "or an instruction breakpoint would come for ever";
}

TEST_F(exits, what_has_no_effect_is_done) {
  for (const x86::exit_reason r : {invd, wbinvd, x86::exit_reason::pause}) expect_done(exit(r));
}

TEST_F(exits, there_is_no_performance_counter) {
  expect_exception(exit(rdpmc), x86::exception::protection);
  EXPECT_EQ(field_of(x86::vmcs::entry_error_code), 0u);
}

TEST_F(exits, the_counter_of_time_is_the_guests) {
  const word before = cpu_->time_stamp();
  expect_done(exit(rdtsc));
  const word read = general().get(rax) | general().get(rdx) << 32;
  EXPECT_GE(read, before);
  EXPECT_LE(read, cpu_->time_stamp());
}

TEST_F(exits, each_is_counted_by_its_reason) {
  EXPECT_EQ(exit(hlt), next::leave);
  EXPECT_EQ(exit(invd), next::run);
  EXPECT_EQ(exit(invd), next::run);
  EXPECT_EQ(exit_with(75), next::leave);
  const statistics& s = cpu_->counters();
  EXPECT_EQ(s.exits[static_cast<unsigned>(hlt)], 1u);
  EXPECT_EQ(s.exits[static_cast<unsigned>(invd)], 2u);
  EXPECT_EQ(s.other_exits, 1u);
  EXPECT_EQ(s.left[static_cast<unsigned>(request_kind::hlt)], 1u);
  EXPECT_EQ(s.left[static_cast<unsigned>(request_kind::unknown)], 1u);
  EXPECT_EQ(s.light_exits, 2u);
}

TEST_F(exits, to_leave_without_an_exit_takes_no_light_one_away) {
  EXPECT_EQ(exit(hlt), next::leave);
  for (unsigned n = 0; n < 3; ++n) EXPECT_EQ(cpu_->prepare(), next::leave);
  EXPECT_EQ(cpu_->counters().left[static_cast<unsigned>(request_kind::hlt)], 4u);
  EXPECT_EQ(cpu_->counters().light_exits, 0u);
}

// --- exceptions ---

TEST_F(exits, nmis_and_machine_checks_are_the_hosts) {
  hardware().inform(x86::vmcs::exit_event, 0x8000'0202);
  EXPECT_EQ(exit(exception_or_nmi), next::run);
  EXPECT_EQ(cpu_->host_event(), host_event::nmi);
  hardware().inform(x86::vmcs::exit_event, 0x8000'0312);
  EXPECT_EQ(exit(exception_or_nmi), next::run);
  EXPECT_EQ(cpu_->host_event(), host_event::machine_check);
  EXPECT_EQ(delivered(), -1);
  EXPECT_EQ(exit(external_interrupt), next::run);
  EXPECT_EQ(cpu_->host_event(), host_event::none);
  EXPECT_EQ(exit_with(0x8000'0029), next::leave);
  EXPECT_EQ(cpu_->host_event(), host_event::machine_check) << "during VM entry";
}

TEST_F(exits, an_alignment_check_goes_back_to_the_guest) {
  hardware().inform(x86::vmcs::exit_event, 0x8000'0b11);
  hardware().inform(x86::vmcs::exit_error_code, 0);
  expect_exception(exit(exception_or_nmi), x86::exception::alignment);
}

TEST_F(exits, a_page_fault_that_the_mmu_serves_is_not_the_guests) {
  turn_on_level4();
  EXPECT_EQ(page_fault(0x9123, 0), next::run);
  EXPECT_EQ(delivered(), -1);
  EXPECT_EQ(mmu_.counters().pf_fixed, 1u);
  ASSERT_TRUE(hardware().enter());
  EXPECT_TRUE(hardware().access(0x9123, {}).ok);
  hardware().leave();
}

TEST_F(exits, a_page_fault_of_the_guests_comes_with_cr2_and_code) {
  turn_on_level4();
  store(4, 9, 0);
  expect_exception(page_fault(0x9123, code::user | code::write), x86::exception::page_fault);
  EXPECT_EQ(general().cr2, 0x9123u);
  EXPECT_EQ(field_of(x86::vmcs::entry_error_code), code::user | code::write);
}

TEST_F(exits, eflags_ac_excuses_explicit_accesses_only) {
  turn_on_level4();
  ASSERT_TRUE(guest().write_cr4(x86::cr4::pae | x86::cr4::smap));
  expect_exception(page_fault(0x9000, code::present), x86::exception::page_fault);
  rflags_ |= x86::rflags::ac;
  EXPECT_EQ(page_fault(0x9000, code::present), next::run);
  EXPECT_EQ(delivered(), -1);
  at_level_3();
  expect_exception(page_fault(0x9000, code::present), x86::exception::page_fault);
}

TEST_F(exits, a_reserved_bit_in_a_shadow_entry_cannot_be) {
  turn_on_level4();
  EXPECT_EQ(page_fault(0x9000, code::present | code::reserved), next::leave);
  EXPECT_EQ(cpu_->request().error, internal_error::unsound);
}

/// FSTP [RAX], which no emulator here knows.
constexpr std::uint8_t floating_point[] = {0xdd, 0x18};

TEST_F(exits, a_write_to_a_table_is_emulated) {
  turn_on_level4();
  constexpr std::uint8_t move[] = {0x48, 0x89, 0x08};  // MOV [RAX], RCX
  place(move);
  ASSERT_EQ(page_fault(0x9123, 0), next::run);
  general().set(rax, 0x4000 + 8 * 9);
  general().set(rcx, 0xa000 | link);
  EXPECT_EQ(page_fault(0x4000 + 8 * 9, code::present | code::write), next::run);
  EXPECT_EQ(general().rip, rip + 3);
  EXPECT_EQ(stored(4, 9), 0xa000 | link);
  EXPECT_EQ(mmu_.counters().unprotected, 0u);
  EXPECT_EQ(delivered(), -1);
  general().set(rcx, 0);
  EXPECT_EQ(page_fault(0x4000 + 8 * 9, code::present | code::write), next::run);
  EXPECT_EQ(page_fault(0x9123, 0), next::run);
  EXPECT_EQ(delivered(), x86::vector_of(x86::exception::page_fault)) << "the shadow has followed";
}

TEST_F(exits, an_emulated_instruction_faults_with_cr2_and_code_and_is_not_done) {
  turn_on_level4();
  constexpr std::uint8_t push[] = {0xff, 0x30};  // PUSH [RAX]: the stack is a table, and what is pushed is absent
  place(push);
  store(4, 10, 0);
  ASSERT_EQ(page_fault(0x9123, 0), next::run);
  general().set(rax, 0xa008);
  expect_exception(page_fault(0x4000, code::present | code::write), x86::exception::page_fault);
  EXPECT_EQ(general().cr2, 0xa008u);
  EXPECT_EQ(field_of(x86::vmcs::entry_error_code), 0u);
}

TEST_F(exits, an_emulated_instruction_ends_blocking_and_may_trap) {
  turn_on_level4();
  constexpr std::uint8_t move[] = {0x48, 0x89, 0x08};
  place(move);
  cpu_->vmcs().write<x86::vmcs::guest_interruptibility>(word{1});
  rflags_ |= x86::rflags::tf;
  ASSERT_EQ(page_fault(0x9123, 0), next::run);
  general().set(rax, 0x4000 + 8 * 9);
  EXPECT_EQ(page_fault(0x4000 + 8 * 9, code::present | code::write), next::run);
  EXPECT_EQ(guest().state().blocking, 0u);
  EXPECT_EQ(field_of(x86::vmcs::guest_pending_debug), x86::pending_debug::single_step);
}

TEST_F(exits, an_instruction_that_an_event_interrupted_is_not_emulated) {
  turn_on_level4();
  constexpr std::uint8_t move[] = {0x48, 0x89, 0x08};
  place(move);
  ASSERT_EQ(page_fault(0x9123, 0), next::run);
  general().set(rax, 0x9000);
  general().set(rcx, 77);
  interrupted(0x8000'0b0e, 5);
  EXPECT_EQ(page_fault(0x4000, code::present | code::write), next::leave) << "its own translation needs the table";
  EXPECT_EQ(stored(9, 0), 0u);
}

TEST_F(exits, a_write_to_a_table_is_let_through_by_unprotecting_it) {
  turn_on_level4();
  place(floating_point);
  // Linear 0x200000 on is the page table in frame 5, by a large page: nothing on the way to it lies in frame 5.
  store(3, 2, 0x5000 | link);
  store(3, 1, 0x0 | link | x86::entry::large);
  ASSERT_EQ(page_fault(0x40'0000, 0), next::run) << "frame 5 maps nothing yet: the guest's fault";
  guest().events().clear();
  store(5, 0, 0x9000 | link);
  ASSERT_EQ(page_fault(0x40'0000, 0), next::run);
  const word table_entry = 0x20'0000 + 0x5000;
  ASSERT_EQ(page_fault(table_entry, code::write), next::run);
  EXPECT_EQ(mmu_.counters().unprotected, 1u);
  ASSERT_EQ(page_fault(table_entry, code::write), next::run);
  ASSERT_EQ(delivered(), -1);
  ASSERT_TRUE(hardware().enter());
  EXPECT_TRUE(hardware().access(table_entry, {.write = true}).ok);
  hardware().leave();
}

TEST_F(exits, nothing_is_emulated_where_that_is_switched_off) {
  make_cpu(executor::hardware);
  turn_on_level4();
  constexpr std::uint8_t move[] = {0x48, 0x89, 0x08};
  place(move);
  ASSERT_EQ(page_fault(0x9123, 0), next::run);
  general().set(rax, 0x4000 + 8 * 9);
  general().set(rcx, 0);
  EXPECT_EQ(page_fault(0x4000 + 8 * 9, code::present | code::write), next::leave)
      << "its own translation needs the table";
  EXPECT_EQ(cpu_->request().error, internal_error::emulation);
  EXPECT_EQ(stored(4, 9), 0x9000 | link);
  EXPECT_EQ(mmu_.counters().unprotected, 1u);
}

TEST_F(exits, a_write_to_a_table_that_its_own_translation_needs_is_given_up) {
  turn_on_level4();
  place(floating_point);
  EXPECT_EQ(page_fault(0x4000, code::write), next::run);
  EXPECT_EQ(page_fault(0x4000, code::write), next::leave);
  EXPECT_EQ(cpu_->request().error, internal_error::emulation);
}

TEST_F(exits, so_is_one_whose_second_page_needs_the_table_that_its_first_page_is) {
  turn_on_level4();
  place(floating_point);
  constexpr std::uint64_t first = 0x1f'f000, second = 0x20'0000;
  store(4, 511, 0x5000 | link);
  store(3, 1, 0x5000 | link);
  store(5, 0, 0x9000 | link);
  unsigned faults = 0;
  next n = next::run;
  for (; n == next::run && faults < 1000; ++faults) {
    ASSERT_EQ(cpu_->prepare(), next::run);
    ASSERT_TRUE(hardware().enter());
    const machine::result at_first = hardware().access(first, {.write = true});
    const machine::result missed = at_first.ok ? hardware().access(second, {.write = true}) : at_first;
    ASSERT_FALSE(missed.ok) << "hardware has made the write";
    hardware().leave();
    n = page_fault(at_first.ok ? second : first, missed.error_code);
  }
  EXPECT_EQ(cpu_->request().error, internal_error::emulation);
  EXPECT_LE(faults, 4 * vcpu::retry_guard::limit);
}

TEST_F(exits, where_nobody_executes_an_instruction_the_vmm_is_told_what_it_came_to) {
  turn_on_level4();
  cpu_->set_executor(executor::nobody);
  EXPECT_EQ(page_fault(0x9000, 0), next::run) << "nothing to execute";
  EXPECT_EQ(page_fault(0x4100, code::write), next::leave) << "a page table, shadowed since then";
  expect_left(request_kind::internal_error);
  EXPECT_EQ(cpu_->request().error, internal_error::emulation);
  EXPECT_TRUE(cpu_->request().instruction.table);
  store(4, 5, 0x1'0000'0000 | link);
  EXPECT_EQ(page_fault(0x5010, 0), next::leave);
  expect_left(request_kind::internal_error);
  EXPECT_EQ(cpu_->request().error, internal_error::emulation);
  EXPECT_FALSE(cpu_->request().instruction.table);
  EXPECT_EQ(cpu_->request().instruction.address, 0x1'0000'0010u);
  EXPECT_EQ(mmu_.counters().unprotected, 0u);
}

// --- events whose delivery an exit interrupted ---

TEST_F(exits, an_interrupted_delivery_is_made_again) {
  turn_on_level4();
  interrupted(0x8000'0b0e, 5);
  EXPECT_EQ(page_fault(0x9000, 0), next::run);
  EXPECT_EQ(delivered(), x86::vector_of(x86::exception::page_fault));
  EXPECT_EQ(field_of(x86::vmcs::entry_error_code), 5u);
  interrupted(0x8000'0480);  // INT 80H, two bytes
  EXPECT_EQ(page_fault(0xa000, 0), next::run);
  EXPECT_EQ(delivered(), 0x80);
  EXPECT_EQ(field_of(x86::vmcs::entry_instruction_length), 2u);
  interrupted(0);
  EXPECT_EQ(exit(external_interrupt), next::run);
  EXPECT_EQ(delivered(), -1);
}

TEST_F(exits, a_page_fault_in_the_delivery_of_a_page_fault_is_a_double_fault_and_one_in_that_a_shutdown) {
  turn_on_level4();
  store(4, 9, 0);
  interrupted(0x8000'0b0e, 5);
  EXPECT_EQ(page_fault(0x9000, 0), next::run);
  EXPECT_EQ(delivered(), x86::vector_of(x86::exception::double_fault));
  interrupted(0x8000'0b08);
  EXPECT_EQ(page_fault(0x9000, 0), next::leave);
  expect_left(request_kind::shutdown);
}

TEST_F(exits, an_interrupt_that_nobody_gave_the_guest_is_not_lost_silently) {
  interrupted(0x8000'0030);
  EXPECT_EQ(exit(external_interrupt), next::leave);
  EXPECT_EQ(cpu_->request().error, internal_error::delivery);
}

TEST_F(exits, invlpg_reaches_the_mmu) {
  turn_on_level4();
  ASSERT_EQ(cpu_->prepare(), next::run);
  expect_done(exit(invlpg, 0x9000));
  EXPECT_EQ(mmu_.counters().invlpg, 1u);
}

}  // namespace
}  // namespace umbra::vmx
