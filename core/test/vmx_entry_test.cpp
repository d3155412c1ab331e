// What a vCPU's VMCS says when it is about to enter.
#include "core/test/bench.hpp"
#include "core/x86/vmx_controls.hpp"

namespace umbra::vmx {
namespace {

using x86::vmcs;
using entry = bench;

TEST_F(entry, registers_are_the_guests) {
  general().rip = 0x1234;
  general().rflags = 0x202;
  general().set(vcpu::general::rsp, 0x7000);
  ASSERT_EQ(cpu_->prepare(), next::run);
  EXPECT_EQ(field_of(vmcs::guest_rip), 0x1234u);
  EXPECT_EQ(field_of(vmcs::guest_rflags), 0x202u);
  EXPECT_EQ(field_of(vmcs::guest_rsp), 0x7000u);
  EXPECT_TRUE(hardware().enter());
  hardware().leave();
}

TEST_F(entry, the_guest_reads_its_own_control_registers_and_runs_under_umbras) {
  ASSERT_TRUE(guest().write_cr0(x86::cr0::pe | x86::cr0::ts | x86::cr0::mp | x86::cr0::cd));
  ASSERT_TRUE(guest().write_cr4(x86::cr4::osfxsr | x86::cr4::tsd | x86::cr4::pge));
  guest().fpu().activate();
  ASSERT_EQ(cpu_->prepare(), next::run);
  EXPECT_EQ(field_of(vmcs::cr0_mask), ~vcpu::most_owned.cr0);
  EXPECT_EQ(field_of(vmcs::cr4_mask), ~vcpu::most_owned.cr4);
  EXPECT_EQ(field_of(vmcs::cr0_shadow), x86::cr0::pe | x86::cr0::et | x86::cr0::ts | x86::cr0::mp | x86::cr0::cd);
  EXPECT_EQ(field_of(vmcs::cr4_shadow), x86::cr4::osfxsr | x86::cr4::tsd | x86::cr4::pge);
  EXPECT_EQ(field_of(vmcs::guest_cr0),
            x86::cr0::pe | x86::cr0::et | x86::cr0::ne | x86::cr0::wp | x86::cr0::pg | x86::cr0::ts | x86::cr0::mp);
  EXPECT_EQ(field_of(vmcs::guest_cr4),
            x86::cr4::pae | x86::cr4::vmxe | x86::cr4::mce | x86::cr4::osfxsr | x86::cr4::tsd);
}

TEST_F(entry, long_mode_follows_the_guest) {
  ASSERT_EQ(cpu_->prepare(), next::run);
  EXPECT_EQ(field_of(vmcs::entry_controls) & x86::entry_control::guest_64_bit, 0u);
  EXPECT_EQ(field_of(vmcs::guest_efer), x86::efer::nxe);
  turn_on_level4();
  ASSERT_EQ(cpu_->prepare(), next::run);
  EXPECT_NE(field_of(vmcs::entry_controls) & x86::entry_control::guest_64_bit, 0u);
  EXPECT_EQ(field_of(vmcs::guest_efer), x86::efer::nxe | x86::efer::lme | x86::efer::lma);
}

TEST_F(entry, an_event_stays_due_until_the_guest_has_run) {
  ASSERT_EQ(cpu_->raise(vcpu::event::exception(x86::exception::page_fault, 6)), next::run);
  for (unsigned n = 0; n < 2; ++n) {  // an entry may be put off
    EXPECT_EQ(delivered(), x86::vector_of(x86::exception::page_fault));
    EXPECT_EQ(field_of(vmcs::entry_error_code), 6u);
  }
  ASSERT_EQ(exit(x86::exit_reason::external_interrupt), next::run);
  EXPECT_EQ(delivered(), -1);
}

TEST_F(entry, a_root_in_a_hole_is_the_end) {
  turn_on_level4();
  ASSERT_TRUE(guest().write_cr3(0x10'0000));
  EXPECT_EQ(cpu_->prepare(), next::leave);
  expect_left(request_kind::shutdown);
}

TEST_F(entry, the_hosts_state_comes_back) {
  cpu_->processor_changed({.cs = 0x10,
                           .ss = 0x18,
                           .tr = 0x40,
                           .tr_base = 1,
                           .gdtr_base = 2,
                           .idtr_base = 3,
                           .gs_base = 4,
                           .sysenter_cs = 0x10,
                           .sysenter_esp = 5,
                           .sysenter_eip = 6,
                           .efer = 0xd01,
                           .exit_entry_point = 7});
  EXPECT_EQ(field_of(vmcs::host_cs_selector), 0x10u);
  EXPECT_EQ(field_of(vmcs::host_tr_base), 1u);
  EXPECT_EQ(field_of(vmcs::host_gs_base), 4u);
  EXPECT_EQ(field_of(vmcs::host_efer), 0xd01u);
  EXPECT_EQ(field_of(vmcs::host_rip), 7u);
  EXPECT_EQ(field_of(vmcs::host_ds_selector), 0u);

  cpu_->thread_changed({.cr0 = 0x8005'0033, .cr3 = 0x1234'5000, .cr4 = 0x3726e0, .fs_base = 8, .kernel_gs_base = 9});
  EXPECT_EQ(field_of(vmcs::host_cr3), 0x1234'5000u);
  EXPECT_EQ(field_of(vmcs::host_fs_base), 8u);
  // The list holds pairs of a number and a value; the host's KERNEL_GS_BASE is the thread's.
  ASSERT_EQ(field_of(vmcs::exit_msr_load_count), 5u);
  const table* list = machine_.tables().find(field_of(vmcs::exit_msr_load_address) >> page_shift);
  ASSERT_NE(list, nullptr);
  bool found = false;
  for (unsigned n = 0; n < 5; ++n) {
    if (list->get(2 * n) != static_cast<std::uint32_t>(x86::msr::kernel_gs_base)) continue;
    found = true;
    EXPECT_EQ(list->get(2 * n + 1), 9u);
  }
  EXPECT_TRUE(found);
  EXPECT_EQ(field_of(vmcs::entry_msr_load_address), field_of(vmcs::exit_msr_store_address));
  EXPECT_NE(field_of(vmcs::entry_msr_load_address), field_of(vmcs::exit_msr_load_address));
}

TEST_F(entry, segments_go_in_and_come_out) {
  vcpu::segments s = vcpu::segments::at_reset();
  for (unsigned n = 0; n < vcpu::segment_count; ++n) {
    s.registers[n] = {.selector = 8 * n + 8, .base = 0x1000 * n, .limit = 0xf'ffff - n, .rights = 0xc09b + n};
  }
  s.gdtr = {.base = 0xffff'8000'0000'1000, .limit = 0x7f};
  s.idtr = {.base = 0x2000, .limit = 0xfff};
  cpu_->set_segments(s);
  const vcpu::segments back = cpu_->segments();
  for (unsigned n = 0; n < vcpu::segment_count; ++n) {
    EXPECT_EQ(back.registers[n].selector, s.registers[n].selector);
    EXPECT_EQ(back.registers[n].base, s.registers[n].base);
    EXPECT_EQ(back.registers[n].limit, s.registers[n].limit);
    EXPECT_EQ(back.registers[n].rights, s.registers[n].rights);
  }
  EXPECT_EQ(back.gdtr.base, s.gdtr.base);
  EXPECT_EQ(back.idtr.limit, s.idtr.limit);
  EXPECT_EQ(field_of(vmcs::guest_tr_selector), 64u);
}

}  // namespace
}  // namespace umbra::vmx
