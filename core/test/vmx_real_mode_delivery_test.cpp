// Events of real mode, which umbra delivers by itself.
#include "core/test/real_mode_bench.hpp"
#include "core/x86/vmx_controls.hpp"

namespace umbra::vmx {
namespace {

using namespace vcpu::general;
using vcpu::segment_name;
using x86::vmcs;
namespace rights = x86::segment_rights;
using real_delivery = real_mode_bench;

TEST_F(real_delivery, int_n_goes_through_the_vector_table) {
  vector(0x21, 0x300, 0x10);
  general().rflags = 0x202;
  rflags_ |= 0x200;
  ASSERT_EQ(refuses({0xcd, 0x21}), next::run);
  expect_interrupted(0x300, 0x10, rip + 2, 0x202);
  EXPECT_EQ(general().rflags & x86::rflags::interrupt, 0u);
}

TEST_F(real_delivery, int_n_that_is_refused_in_its_delivery_does_so_too) {
  vector(0x21, 0x300, 0x10);
  interrupted(0x8000'0421);
  ASSERT_EQ(refuses({0xcd, 0x21}), next::run);
  ASSERT_EQ(cpu_->prepare(), next::run);
  expect_interrupted(0x300, 0x10, rip + 2);
}

TEST_F(real_delivery, a_fault_returns_to_the_instruction_and_a_software_exception_behind_it) {
  vector(6, 0x300, 0x10);
  ASSERT_EQ(raises(x86::exception::undefined), next::run);
  ASSERT_EQ(cpu_->prepare(), next::run);
  expect_interrupted(0x300, 0x10, rip);
  EXPECT_EQ(field_of(vmcs::entry_event), 0u);
  EXPECT_EQ(cpu_->vmcs().read<vmcs::guest_cs_base>(), 0x3000u);
  vector(3, 0x400, 0x20);
  segments_ = cpu_->segments();
  set(segment_name::cs, {0, 0, 0xffff, rights::real_code});
  constexpr word software_exception = 6;
  ASSERT_EQ(raises(x86::exception::breakpoint, false, software_exception), next::run);
  ASSERT_EQ(cpu_->prepare(), next::run);
  expect_interrupted(0x400, 0x20, rip + 2);
}

TEST_F(real_delivery, a_double_fault_has_its_vector_and_what_fails_then_is_a_shutdown) {
  segments_.idtr.limit = 8 * 4 + 3;  // vectors 0 to 8
  cpu_->set_segments(segments_);
  vector(8, 0x300, 0x10);
  ASSERT_EQ(refuses({0xa1, 0xff, 0xff}), next::run);  // MOV AX, [FFFFH]
  ASSERT_EQ(cpu_->prepare(), next::run);
  EXPECT_EQ(general().rip, 0x10u) << "#GP has no vector, so it is #DF's";
  segments_ = cpu_->segments();
  segments_.idtr.limit = 0;
  segments_[segment_name::cs] = {0, 0, 0xffff, rights::real_code};
  cpu_->set_segments(segments_);
  ASSERT_EQ(raises(x86::exception::undefined), next::run);
  EXPECT_EQ(cpu_->prepare(), next::leave);
  expect_left(request_kind::shutdown);
}

TEST_F(real_delivery, a_stack_in_a_device_is_asked_for_on_delivery) {
  vector(6, 0x300, 0x10);
  set(segment_name::ss, {0xa000, 0xa0000, 0xffff, rights::real_data});
  ASSERT_EQ(raises(x86::exception::undefined), next::run);
  word pushed[3] = {};
  for (word& each : pushed) {
    const next n = &each == pushed ? cpu_->prepare() : cpu_->complete();
    ASSERT_EQ(n, next::leave);
    EXPECT_EQ(cpu_->request().kind, request_kind::mmio);
    EXPECT_TRUE(cpu_->waits());
    each = cpu_->io().data[0];
  }
  EXPECT_TRUE(guest().events().pending());
  EXPECT_EQ(cpu_->complete(), next::run);
  EXPECT_FALSE(guest().events().pending());
  EXPECT_EQ(pushed[0], 2u);
  EXPECT_EQ(pushed[1], 0u);
  EXPECT_EQ(pushed[2], rip);
  EXPECT_EQ(general().rip, 0x10u);
}

TEST_F(real_delivery, events_that_are_restored_drop_a_delivery_that_waits_for_a_device) {
  vector(2, 0x300, 0x10);
  set(segment_name::ss, {0xa000, 0xa0000, 0xffff, rights::real_data});
  const auto nmi_waits_for_its_stack = [&] {
    general().rip = rip;
    guest().state().blocking = 0;
    ASSERT_TRUE(cpu_->nmi());
    ASSERT_EQ(cpu_->prepare(), next::leave);
    EXPECT_EQ(cpu_->request().kind, request_kind::mmio);
    ASSERT_TRUE(cpu_->waits());
  };
  nmi_waits_for_its_stack();
  ASSERT_TRUE(cpu_->restore_events({}));
  EXPECT_FALSE(cpu_->waits());
  EXPECT_EQ(guest().nmis().waiting(), 0u);
  put({0xf4});
  EXPECT_EQ(cpu_->prepare(), next::run);
  EXPECT_EQ(general().rip, rip);
  EXPECT_EQ(guest().nmis().waiting(), 0u);

  nmi_waits_for_its_stack();
  vcpu::saved_events other;
  other.has_exception = true;
  other.exception = vcpu::event::exception(x86::exception::undefined);
  ASSERT_TRUE(cpu_->restore_events(other));
  EXPECT_FALSE(cpu_->waits());
  EXPECT_TRUE(guest().events().pending()) << "which is not what was being delivered";
}

TEST_F(real_delivery, events_that_are_refused_leave_a_delivery_alone) {
  vector(2, 0x300, 0x10);
  set(segment_name::ss, {0xa000, 0xa0000, 0xffff, rights::real_data});
  ASSERT_TRUE(cpu_->nmi());
  ASSERT_EQ(cpu_->prepare(), next::leave);
  vcpu::saved_events wrong;
  wrong.nmis = 3;
  EXPECT_FALSE(cpu_->restore_events(wrong));
  EXPECT_TRUE(cpu_->waits());
  while (cpu_->complete() == next::leave) ASSERT_TRUE(cpu_->waits());
  EXPECT_EQ(general().rip, 0x10u);
  EXPECT_EQ(guest().nmis().waiting(), 0u);
}

TEST_F(real_delivery, an_nmi_blocks_others_until_its_handler_returns) {
  vector(2, 0x300, 0x10);
  ASSERT_TRUE(cpu_->nmi());
  ASSERT_TRUE(cpu_->nmi());
  ASSERT_EQ(cpu_->prepare(), next::run);
  expect_interrupted(0x300, 0x10, rip);
  EXPECT_EQ(field_of(vmcs::guest_interruptibility), x86::interruptibility::by_nmi);
  EXPECT_EQ(guest().nmis().waiting(), 1u);
}

TEST_F(real_delivery, an_interrupt_waits_until_the_guest_takes_it) {
  vector(0x30, 0x300, 0x10);
  cpu_->interrupt(0x30);
  ASSERT_EQ(cpu_->prepare(), next::run);
  EXPECT_EQ(general().rip, rip);
  EXPECT_NE(field_of(vmcs::processor_controls) & x86::processor_control::interrupt_window_exiting, 0u);
  general().rflags |= x86::rflags::interrupt;
  ASSERT_EQ(cpu_->prepare(), next::run);
  EXPECT_EQ(general().rip, 0x10u);
  EXPECT_FALSE(has(general().rflags, x86::rflags::interrupt));
  EXPECT_TRUE(guest().interrupts().empty());
  EXPECT_EQ(field_of(vmcs::processor_controls) & x86::processor_control::interrupt_window_exiting, 0u);
}

}  // namespace
}  // namespace umbra::vmx
