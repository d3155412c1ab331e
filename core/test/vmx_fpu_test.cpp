// The FPU, loaded when the guest uses it.
#include "core/test/bench.hpp"

namespace umbra::vmx {
namespace {

using x86::vmcs;
using fpu = bench;

TEST_F(fpu, the_fpu_is_the_guests_once_it_uses_it) {
  namespace cr0 = x86::cr0;
  constexpr std::uint64_t fpu_bits = cr0::mp | cr0::em | cr0::ts;
  constexpr word no_device = 0x8000'0307;
  constexpr std::uint32_t intercepted = 1u << 7;
  for (const std::uint64_t own : {std::uint64_t{0}, cr0::ts, cr0::mp | cr0::ts, cr0::em, cr0::mp}) {
    guest().fpu().deactivate();
    ASSERT_TRUE(guest().write_cr0(cr0::pe | own));
    ASSERT_EQ(cpu_->prepare(), next::run);
    EXPECT_EQ(field_of(vmcs::guest_cr0) & fpu_bits, cr0::ts | cr0::mp | (own & cr0::em));
    EXPECT_EQ(field_of(vmcs::cr0_shadow) & fpu_bits, own) << "what the guest reads";
    EXPECT_NE(field_of(vmcs::exception_bitmap) & intercepted, 0u);
    hardware().inform(vmcs::exit_event, no_device);
    EXPECT_EQ(exit(x86::exit_reason::exception_or_nmi), next::run);
    EXPECT_TRUE(guest().fpu().active());
    EXPECT_EQ(delivered(), -1) << "the instruction runs again";
    EXPECT_EQ(field_of(vmcs::guest_cr0) & fpu_bits, own);
    EXPECT_EQ(field_of(vmcs::exception_bitmap) & intercepted, 0u) << "#NM is the guest's";
  }
  EXPECT_EQ(cpu_->counters().fpu_loads, 5u);
}

}  // namespace
}  // namespace umbra::vmx
