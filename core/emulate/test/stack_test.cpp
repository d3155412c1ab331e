// The stack: its width, frames, and the flags that go through it (SDM 2A "ENTER", 2B "POP", "POPF", "PUSHF").
#include "core/emulate/test/rig.hpp"

namespace umbra::emulate {
namespace {

using namespace vcpu::general;
using x86::exception;
namespace rflags = x86::rflags;
namespace rights = x86::segment_rights;

class stacks : public rig {};

TEST_F(stacks, the_stack_segment_says_how_wide_its_pointer_is) {
  protected_mode();
  segment(vcpu::segment_name::ss).rights &= ~rights::big;
  gpr(rsp, 0xabcd'0002);
  put(0xfffe, 0, 4);
  gpr(rax, 0x1234);
  runs({0x66, 0x50});
  EXPECT_EQ(gpr(rsp), 0xabcd'0000u);
  EXPECT_EQ(peek(0, 2), 0x1234u);
  runs({0x66, 0x50});
  EXPECT_EQ(gpr(rsp), 0xabcd'fffeu) << "it wraps within 16 bits";
  EXPECT_EQ(peek(0xfffe, 2), 0x1234u);
}

TEST_F(stacks, pop_uses_the_new_pointer_for_its_address) {
  protected_mode();
  put(stack_at, 0x55, 4);
  runs({0x8f, 0x04, 0x24});  // pop [esp]
  EXPECT_EQ(peek(stack_at + 4, 4), 0x55u);
  EXPECT_EQ(gpr(rsp), stack_at + 4);
}

TEST_F(stacks, push_sp_pushes_the_old_one_and_pop_sp_ends_with_the_popped_one) {
  protected_mode();
  runs({0x54});
  EXPECT_EQ(peek(stack_at - 4, 4), stack_at);
  put(stack_at - 4, 0x1234, 4);
  runs({0x5c});
  EXPECT_EQ(gpr(rsp), 0x1234u);
}

TEST_F(stacks, enter_sees_what_it_has_pushed) {
  protected_mode();
  gpr(rbp, stack_at);  // so that [ebp - 4] is where ENTER pushes EBP
  runs({0xc8, 0x00, 0x00, 0x02});
  EXPECT_EQ(peek(stack_at - 4, 4), stack_at);
  EXPECT_EQ(peek(stack_at - 8, 4), stack_at) << "the old frame that it copies is the value that it pushed before";
  EXPECT_EQ(peek(stack_at - 12, 4), stack_at - 4);
  EXPECT_EQ(gpr(rbp), stack_at - 4);
  EXPECT_EQ(gpr(rsp), stack_at - 12);
}

TEST_F(stacks, enter_checks_the_whole_frame) {
  protected_mode();
  segment(vcpu::segment_name::ss).limit = stack_at + 0xff;
  segment(vcpu::segment_name::ss).rights |= rights::expand_down;  // valid from stack_at + 0x100 on
  gpr(rsp, stack_at + 0x110);
  faults({0xc8, 0x20, 0x00, 0x00}, exception::stack, 0);
  EXPECT_EQ(gpr(rsp), stack_at + 0x110);
}

TEST_F(stacks, thirty_one_levels_fit) {
  protected_mode();
  gpr(rbp, 0x9001);
  gpr(rsp, 0x7003);  // misaligned, so that some pushes cross pages
  gpr(rbp, 0x6fff);
  runs({0xc8, 0x10, 0x00, 0xff});
  EXPECT_EQ(gpr(rsp), 0x7003u - 32 * 4 - 0x10);
}

TEST_F(stacks, popf_changes_what_privilege_allows) {
  constexpr std::uint64_t everything = rflags::status | rflags::tf | rflags::interrupt | rflags::df | rflags::iopl |
                                       rflags::nt | rflags::rf | rflags::vm | rflags::ac | rflags::vif | rflags::vip |
                                       rflags::id;
  const auto popped = [&](unsigned cpl, std::uint64_t before, std::uint64_t value) {
    protected_mode(cpl);
    flags(before);
    put(stack_at, value, 4);
    runs({0x9d});
    return regs().general.rflags & ~std::uint64_t{rflags::fixed};
  };
  constexpr std::uint64_t never = rflags::rf | rflags::vm | rflags::vif | rflags::vip;
  EXPECT_EQ(popped(0, 0, everything), everything & ~never);
  EXPECT_EQ(popped(3, 0, everything), everything & ~never & ~(rflags::iopl | rflags::interrupt));
  EXPECT_EQ(popped(3, rflags::iopl, everything & ~rflags::iopl), (everything & ~never) | rflags::iopl);
  EXPECT_EQ(popped(0, rflags::vif | rflags::vip, 0), rflags::vif | rflags::vip);
  // 16 bits leave the upper half alone.
  protected_mode();
  flags(rflags::ac | rflags::cf);
  put(stack_at, 0, 4);
  runs({0x66, 0x9d});
  EXPECT_EQ(regs().general.rflags, rflags::ac | rflags::fixed);
}

TEST_F(stacks, pushf_hides_vm_and_rf) {
  protected_mode();
  flags(rflags::rf | rflags::ac | rflags::cf);
  runs({0x9c});
  EXPECT_EQ(peek(stack_at - 4, 4), rflags::ac | rflags::cf | rflags::fixed);
}

TEST_F(stacks, the_flags_of_virtual_8086_mode_are_its_monitors) {
  virtual_8086_mode();
  faults({0x9c}, exception::protection, 0);
  faults({0x9d}, exception::protection, 0);
  faults({0xfa}, exception::protection, 0);
  faults({0xcf}, exception::protection, 0);
  faults({0xcd, 0x21}, exception::protection, 0);
  ASSERT_TRUE(cpu_.write_cr4(x86::cr4::vme));
  for (const auto& code : {std::vector<unsigned>{0x9c}, {0x9d}, {0xfb}, {0xcf}, {0xcd, 0x21}}) {
    EXPECT_EQ(step(code).next, verdict::unsupported);
  }
  regs().general.rflags |= rflags::iopl;
  runs({0x9c});
  EXPECT_EQ(peek(stack_at - 2, 2) & rflags::iopl, rflags::iopl);
  regs().general.rip = code_at;
  put(stack_at - 2, rflags::cf | rflags::interrupt, 2);
  runs({0x9d});
  EXPECT_EQ(regs().general.rflags & (rflags::iopl | rflags::vm | rflags::interrupt | rflags::cf),
            rflags::iopl | rflags::vm | rflags::interrupt | rflags::cf);
}

TEST_F(stacks, stack_selectors_are_pushed_and_popped) {
  real_mode();
  segment(vcpu::segment_name::es).selector = 0x1234;
  runs({0x06, 0x0f});
  EXPECT_EQ(peek(stack_at - 2, 2), 0x1234u);
  put(stack_at - 2, 0x0800, 2);
  regs().general.rip = code_at;
  runs({0x1f});
  EXPECT_EQ(segment(vcpu::segment_name::ds).base, 0x8000u);
  EXPECT_EQ(segment(vcpu::segment_name::ds).limit, 0xffffu);
}

}  // namespace
}  // namespace umbra::emulate
