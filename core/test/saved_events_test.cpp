// What a VMM saves of a vCPU's events, and restores.
#include "core/vcpu/saved_events.hpp"
#include "core/test/bench.hpp"

namespace umbra::vmx {
namespace {

using x86::vmcs;
namespace blocked = x86::interruptibility;
using saved_events = bench;

vcpu::event fault() { return vcpu::event::exception(x86::exception::page_fault, 7); }

TEST_F(saved_events, what_waits_comes_back_elsewhere) {
  general().rflags = x86::rflags::fixed | x86::rflags::interrupt;
  ASSERT_EQ(cpu_->raise(fault()), next::run);
  EXPECT_TRUE(cpu_->nmi());
  EXPECT_TRUE(cpu_->nmi());
  guest().state().blocking = blocked::by_mov_ss;
  const vcpu::saved_events s = guest().save_events();
  make_cpu();
  ASSERT_TRUE(guest().restore_events(s));
  EXPECT_EQ(delivered(), x86::vector_of(x86::exception::page_fault));
  EXPECT_EQ(field_of(vmcs::entry_error_code), 7u);
  EXPECT_EQ(field_of(vmcs::guest_interruptibility), blocked::by_mov_ss);
  EXPECT_EQ(guest().nmis().waiting(), 2u);
}

TEST_F(saved_events, nothing_comes_back_as_nothing) {
  const vcpu::saved_events s = guest().save_events();
  EXPECT_FALSE(s.has_exception);
  ASSERT_EQ(cpu_->raise(fault()), next::run);
  EXPECT_TRUE(cpu_->nmi());
  ASSERT_TRUE(guest().restore_events(s));
  EXPECT_EQ(delivered(), -1);
}

TEST_F(saved_events, what_an_instruction_asked_for_it_asks_for_again) {
  ASSERT_EQ(cpu_->prepare(), next::run);
  interrupted(0x8000'0480);
  EXPECT_EQ(exit(x86::exit_reason::external_interrupt), next::run);
  EXPECT_EQ(general().rip, rip) << "at the INT";
  EXPECT_FALSE(guest().save_events().has_exception);
  EXPECT_EQ(delivered(), 0x80) << "here it goes on";
}

TEST_F(saved_events, no_vcpu_is_ever_in_some_states) {
  ASSERT_EQ(cpu_->raise(fault()), next::run);
  const auto refused = [&](auto change) {
    vcpu::saved_events s = guest().save_events();
    change(s);
    return !guest().restore_events(s);
  };
  EXPECT_TRUE(refused([](auto& s) { s.exception.vector = 32; }));
  EXPECT_TRUE(refused([](auto& s) { s.exception.has_error_code = false; }));
  EXPECT_TRUE(refused([](auto& s) { s.exception.vector = 6; }));
  EXPECT_TRUE(refused([](auto& s) { s.exception.error_code = 0x1'0000; }));
  EXPECT_TRUE(refused([](auto& s) { s.exception = vcpu::event::external_interrupt(0x30); }));
  EXPECT_TRUE(refused([](auto& s) { s.exception = vcpu::event::nmi(); }));
  EXPECT_TRUE(refused([](auto& s) { s.nmis = 3; }));
  EXPECT_TRUE(refused([](auto& s) { s.blocking = blocked::shadow; }));
  EXPECT_TRUE(refused([](auto& s) { s.blocking = blocked::by_smi; }));
  EXPECT_EQ(delivered(), x86::vector_of(x86::exception::page_fault)) << "a refusal changes nothing";
}

}  // namespace
}  // namespace umbra::vmx
