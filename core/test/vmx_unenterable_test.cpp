// Guests in a state that VM entry does not take, as between the modes.
#include "core/test/real_mode_bench.hpp"

namespace umbra::vmx {
namespace {

using namespace vcpu::general;
using vcpu::segment_name;
using x86::vmcs;
namespace rights = x86::segment_rights;

using unenterable = real_mode_bench;

TEST_F(unenterable, protected_mode_begins_with_real_modes_segments) {
  poke(0x600 + 8, 0x00cf'9b00'0000'ffff, 8);
  poke(0x600 + 16, 0x00cf'9300'0000'ffff, 8);
  segments_.gdtr = {0x600, 0xff};
  cpu_->set_segments(segments_);
  ASSERT_EQ(cpu_->prepare(), next::run);
  hardware().inform(vmcs::guest_ds_selector, 0x1233);  // its RPL is above its DPL
  hardware().inform(vmcs::guest_ds_base, 0x12330);
  general().set(rax, x86::cr0::pe);
  // MOV CR0, EAX; JMP FAR 8:500H; and there: MOV EAX, 10H; MOV DS, EAX
  ASSERT_EQ(refuses({0x0f, 0x22, 0xc0, 0xea, 0x00, 0x05, 0x08, 0x00}), next::run);
  EXPECT_EQ(general().rip, rip + 3);
  EXPECT_EQ(cpu_->segments()[segment_name::cs].rights, rights::real_code);
  poke(0x500, 0x10b8, 8);
  poke(0x505, 0xd88e, 2);
  ASSERT_EQ(cpu_->prepare(), next::run);
  EXPECT_FALSE(cpu_->disguised());
  EXPECT_EQ(general().rip, 0x507u);
  EXPECT_EQ(field_of(vmcs::guest_cs_selector), 8u);
  EXPECT_EQ(field_of(vmcs::guest_ds_selector), 0x10u);
  EXPECT_EQ(field_of(vmcs::exception_bitmap) & 1u << 13, 0u);
  EXPECT_EQ(field_of(vmcs::guest_rflags) & x86::rflags::vm, 0u);
}

TEST_F(unenterable, a_switch_takes_along_what_the_guest_has_loaded) {
  ASSERT_EQ(cpu_->prepare(), next::run);
  hardware().inform(vmcs::guest_ds_selector, 0x2000);
  hardware().inform(vmcs::guest_ds_base, 0x20000);
  general().set(rax, x86::cr0::pe);
  ASSERT_EQ(refuses({0x0f, 0x22, 0xc0}), next::run);
  ASSERT_EQ(cpu_->prepare(), next::run);
  EXPECT_FALSE(cpu_->disguised());
  EXPECT_EQ(field_of(vmcs::guest_ds_base), 0x20000u);
  EXPECT_EQ(field_of(vmcs::guest_ds_rights), rights::real_data);
  EXPECT_EQ(field_of(vmcs::guest_tr_limit), 0xffffu) << "its own, not the disguise's";
}

TEST_F(unenterable, limits_of_protected_mode_last) {
  set(segment_name::ds, {0, 0, 0xffff'ffff, rights::real_data | rights::granularity});
  // MOV BYTE [EBX], 7 with EBX = 20000H: beyond 64 KiB
  put({0x67, 0xc6, 0x03, 0x07, 0x1e, 0x1f, 0xeb, 0xfe});  // PUSH DS; POP DS; JMP $
  general().set(rbx, 0x20000);
  EXPECT_EQ(cpu_->prepare(), next::again) << "limits stay with a load in real mode";
  EXPECT_FALSE(cpu_->disguised());
  EXPECT_EQ(machine_.memory().load(machine::ram::address_of_frame(0x20), 1), 7u);
  EXPECT_EQ(cpu_->segments()[segment_name::ds].limit, 0xffff'ffffu);
  EXPECT_EQ(cpu_->prepare(), next::again) << "and again, as long as the guest likes";
}

TEST_F(unenterable, what_reset_leaves_ends_with_the_first_far_jump) {
  vcpu::segments s = vcpu::segments::at_reset();
  s[segment_name::cs].base = 0x1000;  // not F000H << 4
  cpu_->set_segments(s);
  poke(0x1000 + rip, 0xea, 1);  // JMP FAR 200H:3
  poke(0x1000 + rip + 1, 0x0003, 2);
  poke(0x1000 + rip + 3, 0x0200, 2);
  ASSERT_EQ(cpu_->prepare(), next::run);
  EXPECT_TRUE(cpu_->disguised());
  EXPECT_EQ(general().rip, 3u);
  EXPECT_EQ(field_of(vmcs::guest_cs_base), 0x2000u);
}

TEST_F(unenterable, an_exception_of_an_emulated_instruction_goes_through_the_table) {
  vector(6, 0x300, 0x10);
  vcpu::segments s = segments_;
  s[segment_name::ds].limit = 0x100;
  cpu_->set_segments(s);
  put({0x0f, 0x0b});
  poke(0x3010, 0xfeeb, 2);
  EXPECT_EQ(cpu_->prepare(), next::again);
  expect_interrupted(0x300, 0x10, rip);
}

TEST_F(unenterable, single_steps_trap_where_every_instruction_is_emulated) {
  vector(1, 0x300, 0x10);
  poke(0x3010, 0xfeeb, 2);
  vcpu::segments s = segments_;
  s[segment_name::ds].limit = 0x100;
  cpu_->set_segments(s);
  general().rflags = 2 | x86::rflags::tf;
  put({0x90});
  EXPECT_EQ(cpu_->prepare(), next::again);
  expect_interrupted(0x300, 0x10, rip + 1, 2 | x86::rflags::tf);
  EXPECT_EQ(field_of(vmcs::guest_pending_debug), 0u);
  EXPECT_NE(guest().state().dr6 & x86::dr6::bs, 0u);
}

TEST_F(unenterable, an_instruction_that_prepare_executes_may_leave) {
  vcpu::segments s = segments_;
  s[segment_name::ds].limit = 0x100;
  cpu_->set_segments(s);
  put({0xe4, 0x60, 0xf4});  // IN AL, 60H; HLT
  ASSERT_EQ(cpu_->prepare(), next::leave);
  ASSERT_EQ(cpu_->request().kind, request_kind::io);
  cpu_->io().data[0] = 9;
  ASSERT_EQ(cpu_->complete(), next::run);
  EXPECT_EQ(general().get(rax), 9u);
  ASSERT_EQ(cpu_->prepare(), next::leave);
  expect_left(request_kind::hlt);
}

TEST_F(unenterable, protected_mode_cannot_deliver_where_it_cannot_be_entered) {
  ASSERT_TRUE(guest().restore(x86::cr0::pe | x86::cr0::et, 0, 0, 0));
  set(segment_name::ds, {0x3, 0, 0xffff, rights::real_data});
  put({0x0f, 0x0b});
  EXPECT_EQ(cpu_->prepare(), next::leave);
  EXPECT_EQ(cpu_->request().error, internal_error::emulation);
}

TEST_F(unenterable, code_outside_memory_is_an_internal_error) {
  cpu_->set_segments(vcpu::segments::at_reset());
  general().rip = 0xfff0;
  EXPECT_EQ(cpu_->prepare(), next::leave);
  EXPECT_EQ(cpu_->request().error, internal_error::emulation);
}

TEST_F(unenterable, the_vmm_can_move_the_vcpu_out_of_it_and_back) {
  ASSERT_EQ(cpu_->prepare(), next::run);
  const vcpu::segments was = cpu_->segments();
  ASSERT_TRUE(guest().restore(x86::cr0::pe | x86::cr0::et, 0, 0, 0));
  cpu_->set_segments(vcpu::segments::at_reset());
  ASSERT_EQ(cpu_->prepare(), next::run);
  EXPECT_FALSE(cpu_->disguised());
  EXPECT_EQ(field_of(vmcs::guest_cs_rights), rights::real_code);
  ASSERT_TRUE(guest().restore(x86::cr0::et, 0, 0, 0));
  cpu_->set_segments(was);
  ASSERT_EQ(cpu_->prepare(), next::run);
  EXPECT_TRUE(cpu_->disguised());
  EXPECT_TRUE(cpu_->segments().same_as(was));
}

TEST_F(unenterable, a_base_that_an_msr_sets_is_one_of_the_segments) {
  const word fs_base{static_cast<std::uint32_t>(x86::msr::fs_base)};
  ASSERT_TRUE(guest().restore(x86::cr0::pe | x86::cr0::et, 0, 0, 0));
  set(segment_name::fs, {0, word{1} << 47, 0xffff, rights::real_data});  // not canonical
  put({0xeb, 0xfe});
  ASSERT_EQ(cpu_->prepare(), next::again);
  ASSERT_TRUE(cpu_->write_msr(fs_base, 0x5000, msr_user::vmm));
  EXPECT_EQ(cpu_->segments()[segment_name::fs].base, 0x5000u);
  EXPECT_EQ(cpu_->prepare(), next::run) << "what was wrong is right now";
}

TEST_F(unenterable, a_processor_is_what_it_was_when_the_first_instruction_was_emulated) {
  set(segment_name::ds, {0, 0, 0x100, rights::real_data});
  put({0xf4});
  ASSERT_EQ(cpu_->prepare(), next::leave);
  expect_left(request_kind::hlt);
  const vcpu::cpuid_row other{.leaf = 0, .eax = 0};
  EXPECT_FALSE(guest().set_cpuid({&other, 1}));
}

TEST_F(unenterable, what_cpuid_does_not_offer_is_undefined) {
  vector(6, 0x300, 0x10);
  poke(0x3010, 0xfeeb, 2);
  set(segment_name::ds, {0, 0, 0x100, rights::real_data});
  put({0x0f, 0x01, 0xf9});  // RDTSCP
  EXPECT_EQ(cpu_->prepare(), next::again);
  expect_interrupted(0x300, 0x10, rip);
}

TEST_F(unenterable, it_is_so_at_any_privilege) {
  ASSERT_TRUE(guest().restore(x86::cr0::pe | x86::cr0::et, 0, 0, 0));
  segments_[segment_name::cs].rights = 0xfb;
  segments_[segment_name::ss].rights = 0xf3;
  segments_[segment_name::ss].selector = segments_[segment_name::cs].selector = 3;
  set(segment_name::ds, {0, 0, 0x10'0000, 0xf3});  // of a limit that its granularity does not allow
  put({0x0f, 0x01, 0xd1});                         // XSETBV
  EXPECT_EQ(cpu_->prepare(), next::leave) << "protected mode cannot deliver it here";
  EXPECT_TRUE(guest().events().next().is(x86::exception::undefined));
}

TEST_F(unenterable, what_is_emulated_is_no_exit) {
  set(segment_name::ds, {0, 0, 0x100, rights::real_data});
  put({0x0f, 0xa2, 0xf4});  // CPUID; HLT
  ASSERT_EQ(cpu_->prepare(), next::leave);
  expect_left(request_kind::hlt);
  EXPECT_EQ(general().get(rbx), 0x756e'6547u);
  EXPECT_EQ(cpu_->counters().exits[static_cast<unsigned>(x86::exit_reason::cpuid)], 0u);
}

TEST_F(unenterable, a_task_priority_that_an_emulated_instruction_lowers_is_told) {
  turn_on_level4();
  set(segment_name::ds, {3, 0, 0xffff, rights::real_data});
  guest().state().cr8 = 9;
  general().set(rax, 9);
  put({0x44, 0x0f, 0x22, 0xc0,  // MOV CR8, RAX
       0x66, 0xb8, 0x03, 0x00,  // MOV AX, 3
       0x44, 0x0f, 0x22, 0xc0});
  ASSERT_EQ(cpu_->prepare(), next::leave);
  expect_left(request_kind::set_tpr);
  EXPECT_EQ(guest().state().cr8, 3u);
  EXPECT_EQ(general().rip, rip + 12);
}

}  // namespace
}  // namespace umbra::vmx
