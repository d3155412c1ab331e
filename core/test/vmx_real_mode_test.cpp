// Real mode in virtual-8086 mode.
#include "core/test/real_mode_bench.hpp"


namespace umbra::vmx {
namespace {

using namespace vcpu::general;
using vcpu::segment_name;
using x86::vmcs;
namespace rights = x86::segment_rights;

using real = real_mode_bench;

constexpr segment_name loaded[] = {segment_name::es, segment_name::cs, segment_name::ss,
                                   segment_name::ds, segment_name::fs, segment_name::gs};

TEST_F(real, hardware_gets_virtual_8086_mode) {
  set(segment_name::ds, {0x1234, 0x12340, 0xffff, rights::real_data});
  general().rflags = 0x202 | x86::rflags::iopl;
  ASSERT_EQ(cpu_->prepare(), next::run);
  const vcpu::segments s = cpu_->vmcs().read_segments();
  for (const segment_name n : loaded) EXPECT_EQ(s[n].rights, 0xf3u);
  EXPECT_EQ(s[segment_name::ds].selector, 0x1234u);
  EXPECT_EQ(s[segment_name::ds].base, 0x12340u);
  EXPECT_EQ(s[segment_name::tr].rights, rights::present | rights::busy_32_bit_tss);
  EXPECT_LT(s[segment_name::tr].limit, 103u) << "no I/O map";
  EXPECT_EQ(field_of(vmcs::guest_rflags), 0x202u | x86::rflags::vm) << "IOPL is 0, so that what depends on it exits";
  EXPECT_EQ(field_of(vmcs::exception_bitmap), 0xffff'ffffu);
  EXPECT_NE(field_of(vmcs::guest_cr0) & x86::cr0::pe, 0u);
  EXPECT_EQ(field_of(vmcs::cr0_shadow) & x86::cr0::pe, 0u);
  EXPECT_TRUE(hardware().enter());
  hardware().leave();
}

TEST_F(real, nothing_binds_cpl_3_that_real_mode_has_not) {
  ASSERT_TRUE(guest().restore(x86::cr0::et | x86::cr0::am | x86::cr0::ts, 0,
                              x86::cr4::vme | x86::cr4::pvi | x86::cr4::tsd | x86::cr4::de, 0));
  ASSERT_EQ(cpu_->prepare(), next::run);
  EXPECT_EQ(field_of(vmcs::guest_cr0) & (x86::cr0::am | x86::cr0::ts), x86::cr0::ts);
  EXPECT_EQ(field_of(vmcs::guest_cr4) & (x86::cr4::vme | x86::cr4::pvi | x86::cr4::tsd | x86::cr4::de), x86::cr4::de);
  ASSERT_EQ(exit(x86::exit_reason::external_interrupt), next::run);
  EXPECT_EQ(guest().registers().cr0(), x86::cr0::et | x86::cr0::am | x86::cr0::ts);
  EXPECT_EQ(guest().registers().cr4(), x86::cr4::vme | x86::cr4::pvi | x86::cr4::tsd | x86::cr4::de);
}

TEST_F(real, the_guest_sees_its_own_registers) {
  general().rflags = 2 | x86::rflags::iopl;
  vcpu::segments s = segments_;
  s[segment_name::ds].rights = rights::real_code;  // loaded in protected mode
  s[segment_name::tr] = {0x28, 0x5000, 0x67, rights::present | rights::busy_16_bit_tss};
  cpu_->set_segments(s);
  ASSERT_EQ(cpu_->prepare(), next::run);
  EXPECT_TRUE(cpu_->segments().same_as(s));
  // It loads DS.
  hardware().inform(vmcs::guest_ds_selector, 0x2000);
  hardware().inform(vmcs::guest_ds_base, 0x20000);
  rflags_ |= x86::rflags::cf;
  ASSERT_EQ(exit(x86::exit_reason::external_interrupt), next::run);
  EXPECT_EQ(general().rflags, 2 | x86::rflags::iopl | x86::rflags::cf);
  s[segment_name::ds].selector = 0x2000;
  s[segment_name::ds].base = 0x20000;
  EXPECT_TRUE(cpu_->segments().same_as(s));
  EXPECT_EQ(cpu_->cpl(), 0u);
}

TEST_F(real, an_exit_with_a_handler_is_answered_as_ever) {
  ASSERT_EQ(cpu_->prepare(), next::run);
  EXPECT_EQ(exit(x86::exit_reason::cpuid), next::run);
  EXPECT_EQ(general().get(rbx), 0x756e'6547u);
  EXPECT_EQ(general().rip, rip + 2);
}

TEST_F(real, what_virtual_8086_mode_refuses_is_executed) {
  general().rflags = 0x202;
  rflags_ |= 0x200;
  EXPECT_EQ(refuses({0xfa}), next::run);  // CLI
  EXPECT_EQ(general().rflags, 2u);
  EXPECT_EQ(general().rip, rip + 1);
  ASSERT_EQ(cpu_->prepare(), next::run);
  EXPECT_EQ(field_of(vmcs::guest_rflags), 2 | x86::rflags::vm);

  rflags_ = 2 | x86::rflags::vm;
  poke(0x8000, 0x3202, 2);
  ASSERT_EQ(refuses({0x9d}), next::run);  // POPF
  EXPECT_EQ(general().rflags, 0x3202u) << "IOPL is the guest's own";
  ASSERT_EQ(refuses({0x9c}), next::run);  // PUSHF
  EXPECT_EQ(peek(0x7ffe, 2), 0x3002u) << "VM and IOPL of hardware do not show";
}

TEST_F(real, out_and_in_reach_userspace) {
  general().set(rax, 0x41);
  ASSERT_EQ(refuses({0xe6, 0xe9}), next::leave);
  EXPECT_EQ(cpu_->request().kind, request_kind::io);
  EXPECT_TRUE(cpu_->io().write);
  EXPECT_EQ(cpu_->io().address, 0xe9u);
  EXPECT_EQ(cpu_->io().data[0], 0x41u);
  EXPECT_EQ(cpu_->complete(), next::run);
  EXPECT_EQ(general().rip, rip + 2);
  ASSERT_EQ(refuses({0xe4, 0x60}), next::leave);
  cpu_->io().data[0] = 0x77;
  EXPECT_EQ(cpu_->complete(), next::run);
  EXPECT_EQ(general().get(rax), 0x77u);
}

TEST_F(real, hlt_halts) {
  ASSERT_EQ(refuses({0xf4}), next::leave);
  expect_left(request_kind::hlt);
  EXPECT_EQ(general().rip, rip + 1);
}

TEST_F(real, an_instruction_with_an_exit_of_its_own_is_served) {
  general().set(rcx, static_cast<std::uint32_t>(x86::msr::efer));
  ASSERT_EQ(refuses({0x0f, 0x32}), next::run);  // RDMSR
  EXPECT_EQ(general().get(rax), 0u);
  EXPECT_EQ(general().rip, rip + 2);
}

TEST_F(real, a_base_that_is_no_selectors_takes_the_guest_out_of_virtual_8086_mode) {
  general().set(rcx, static_cast<std::uint32_t>(x86::msr::fs_base));
  general().set(rax, 0x12345678);
  ASSERT_EQ(refuses({0x0f, 0x30, 0xeb, 0xfe}), next::run);  // WRMSR; JMP $
  EXPECT_EQ(cpu_->prepare(), next::again);
  EXPECT_FALSE(cpu_->disguised());
  EXPECT_EQ(cpu_->segments()[segment_name::fs].base, 0x1234'5678u);
  EXPECT_EQ(cpu_->segments()[segment_name::ds].rights, rights::real_data);
}

TEST_F(real, what_real_mode_refuses_too_is_the_guests) {
  vector(13, 0x200, 0x40);
  poke(0x200, 1, 1);
  put({0xa1, 0xff, 0xff});  // MOV AX, [FFFFH]
  ASSERT_EQ(raises(x86::exception::protection, true), next::run);
  ASSERT_EQ(cpu_->prepare(), next::run);
  expect_interrupted(0x200, 0x40, rip);
}

TEST_F(real, so_is_what_the_emulator_does_not_know) {
  vector(13, 0x200, 0x40);
  ASSERT_EQ(refuses({0xdd, 0x1e, 0xff, 0xff}), next::run);  // FSTP [FFFFH]
  ASSERT_EQ(cpu_->prepare(), next::run);
  expect_interrupted(0x200, 0x40, rip);
}

TEST_F(real, without_an_emulator_there_is_none) {
  make_cpu(executor::hardware);
  SetUp();
  EXPECT_EQ(cpu_->prepare(), next::leave);
  expect_left(request_kind::internal_error);
  EXPECT_EQ(cpu_->request().error, internal_error::emulation);
}

}  // namespace
}  // namespace umbra::vmx
