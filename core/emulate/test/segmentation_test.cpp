// Limits, types and canonical form (SDM volume 3, sections 5.3 to 5.5; volume 1, section 3.3.7.1).
#include "core/emulate/test/rig.hpp"

namespace umbra::emulate {
namespace {

using namespace vcpu::general;
using vcpu::segment_name;
using x86::exception;
namespace rights = x86::segment_rights;

class segmentation : public rig {
 protected:
  /// mov eax, [ebx], and the same through other segments and as a write.
  const std::vector<unsigned> load{0x8b, 0x03}, load_ss{0x36, 0x8b, 0x03}, load_cs{0x2e, 0x8b, 0x03}, store{0x89, 0x03},
      store_cs{0x2e, 0x89, 0x03};
};

TEST_F(segmentation, real_mode_ends_at_64_kib) {
  real_mode();
  gpr(rbx, 0xfffe);
  runs({0x8b, 0x07});
  regs().general.rip = code_at;
  gpr(rbx, 0xffff);
  faults({0x8b, 0x07}, exception::protection, std::nullopt);
  faults({0x36, 0x8b, 0x07}, exception::stack, std::nullopt);
  gpr(rbx, 0x10000);
  faults({0x67, 0x8b, 0x03}, exception::protection, std::nullopt);  // an offset of 32 bits
  gpr(rsp, 1);
  faults({0x50}, exception::stack, std::nullopt);
  EXPECT_EQ(gpr(rsp), 1u);
}

TEST_F(segmentation, limits_hold_to_the_byte) {
  protected_mode();
  segment(segment_name::ds).limit = 0x2fff;
  gpr(rbx, 0x2ffc);
  runs(load);
  regs().general.rip = code_at;
  gpr(rbx, 0x2ffd);
  faults(load, exception::protection, 0);
  faults(store, exception::protection, 0);
  gpr(rbx, ~0u);
  faults(load, exception::protection, 0);
}

TEST_F(segmentation, segments_that_expand_down_begin_behind_their_limit) {
  protected_mode();
  segment(segment_name::ds).limit = 0x2fff;
  segment(segment_name::ds).rights |= rights::expand_down;
  gpr(rbx, 0x3000);
  runs(load);
  regs().general.rip = code_at;
  gpr(rbx, 0x2fff);
  faults(load, exception::protection, 0);
  segment(segment_name::ds).rights &= ~rights::big;
  gpr(rbx, 0xfffc);
  runs(load);
  regs().general.rip = code_at;
  gpr(rbx, 0xfffd);
  faults(load, exception::protection, 0);
}

TEST_F(segmentation, types_are_respected_in_protected_mode) {
  protected_mode();
  gpr(rbx, data_at);
  runs(load_cs);
  regs().general.rip = code_at;
  faults(store_cs, exception::protection, 0);
  segment(segment_name::cs).rights &= ~rights::writable;  // execute only
  faults(load_cs, exception::protection, 0);
  segment(segment_name::ds).rights &= ~rights::writable;
  runs(load);
  regs().general.rip = code_at;
  faults(store, exception::protection, 0);
  segment(segment_name::ds).rights = rights::unusable;
  faults(load, exception::protection, 0);
  segment(segment_name::ss).rights |= rights::unusable;
  faults(load_ss, exception::stack, 0);
}

TEST_F(segmentation, real_mode_minds_no_types) {
  real_mode();
  gpr(rbx, data_at);
  runs({0x2e, 0x89, 0x07});
  EXPECT_EQ(peek(data_at, 2), gpr(rax) & 0xffff);
}

TEST_F(segmentation, bases_count_outside_64_bit_mode) {
  protected_mode();
  segment(segment_name::ds).base = 0x800;
  put(data_at, 0x1234, 4);
  gpr(rbx, data_at - 0x800);
  runs(load);
  EXPECT_EQ(gpr(rax), 0x1234u);
  // A base near the top wraps.
  segment(segment_name::ds).base = 0xffff'f000;
  gpr(rbx, data_at + 0x1000);
  regs().general.rip = code_at;
  runs(load);
  EXPECT_EQ(gpr(rax), 0x1234u);
}

TEST_F(segmentation, only_fs_and_gs_have_bases_in_64_bit_mode) {
  long_mode();
  segment(segment_name::ds).base = 0x4000;
  segment(segment_name::ds).rights = rights::unusable;
  segment(segment_name::gs).base = 0x100;
  put(data_at, 0x11, 8);
  put(data_at + 0x100, 0x22, 8);
  gpr(rbx, data_at);
  runs({0x48, 0x8b, 0x03});
  EXPECT_EQ(gpr(rax), 0x11u);
  regs().general.rip = code_at;
  runs({0x65, 0x48, 0x8b, 0x03});
  EXPECT_EQ(gpr(rax), 0x22u);
  regs().general.rip = code_at;
  runs({0x65, 0x3e, 0x48, 0x8b, 0x03});  // DS means nothing here, not even that GS is off
  EXPECT_EQ(gpr(rax), 0x22u);
}

TEST_F(segmentation, addresses_have_to_be_canonical) {
  long_mode();
  gpr(rbx, 0x8000'0000'0000);
  faults({0x8b, 0x03}, exception::protection, 0);
  gpr(rbx, 0x7fff'ffff'fffd);
  faults({0x8b, 0x03}, exception::protection, 0);  // its last byte is not
  gpr(rbp, 0x8000'0000'0000);
  faults({0x8b, 0x45, 0x00}, exception::stack, 0);
  gpr(rsp, 0x8000'0000'0000);
  faults({0x58}, exception::stack, 0);
  regs().general.rip = 0x8000'0000'0000;
  const result r = emulator_.step();
  EXPECT_EQ(r.next, verdict::fault);
  EXPECT_EQ(r.event.vector, exception::protection);
}

TEST_F(segmentation, branches_stay_inside_the_code_segment) {
  protected_mode();
  segment(segment_name::cs).limit = 0x1fff;
  runs({0xeb, 0x10});
  EXPECT_EQ(regs().general.rip, code_at + 0x12);
  regs().general.rip = code_at;
  faults({0xe9, 0xfb, 0x0f, 0x00, 0x00}, exception::protection, 0);
  faults({0xe8, 0xfb, 0x0f, 0x00, 0x00}, exception::protection, 0);
  EXPECT_EQ(gpr(rsp), stack_at) << "a call that does not happen pushes nothing";
  regs().general.rip = 0x2000;
  const result r = emulator_.step();
  EXPECT_EQ(r.next, verdict::fault);
  EXPECT_EQ(r.event.vector, exception::protection);
  long_mode();
  gpr(rax, 0x8000'0000'0000);
  faults({0xff, 0xe0}, exception::protection, 0);
}

TEST_F(segmentation, alignment_is_checked_for_users_who_ask) {
  protected_mode(3);
  gpr(rbx, data_at + 1);
  runs(load);
  regs().general.rip = code_at;
  flags(x86::rflags::ac);
  runs(load);
  regs().general.rip = code_at;
  ASSERT_TRUE(cpu_.write_cr0(x86::cr0::pe | x86::cr0::am));
  faults(load, exception::alignment, 0);
  gpr(rbx, data_at + 4);
  runs(load);
  regs().general.rip = code_at;
  gpr(rbx, data_at + 1);
  runs({0x8a, 0x03});  // bytes are always aligned
  protected_mode(0);
  ASSERT_TRUE(cpu_.write_cr0(x86::cr0::pe | x86::cr0::am));
  runs(load);
}

}  // namespace
}  // namespace umbra::emulate
