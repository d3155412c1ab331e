// Software interrupts and far transfers of real mode (SDM volume 3, chapter 20), BOUND, and the others that interrupt.
#include "core/emulate/test/rig.hpp"

namespace umbra::emulate {
namespace {

using namespace vcpu::general;
using vcpu::segment_name;
using x86::exception;
namespace rflags = x86::rflags;

class interrupts : public rig {
 protected:
  void vector_to(unsigned n, std::uint64_t selector, std::uint64_t offset) { put(4 * n, selector << 16 | offset, 4); }
};

TEST_F(interrupts, real_mode_goes_through_its_table) {
  real_mode();
  regs().segments.idtr = {0, 0x3ff};
  segment(segment_name::cs) = {0x50, 0x500, 0xffff, x86::segment_rights::real_code};
  regs().general.rip = 0xb00;
  flags(rflags::interrupt | rflags::tf | rflags::ac | rflags::cf);
  vector_to(0x21, 0x300, 0x44);
  const result r = step({0xcd, 0x21});
  EXPECT_EQ(r.next, verdict::done);
  EXPECT_FALSE(r.trap);
  EXPECT_EQ(regs().general.rip, 0x44u);
  EXPECT_EQ(segment(segment_name::cs).selector, 0x300u);
  EXPECT_EQ(segment(segment_name::cs).base, 0x3000u);
  EXPECT_EQ(gpr(rsp), stack_at - 6);
  EXPECT_EQ(peek(stack_at - 2, 2), rflags::interrupt | rflags::tf | rflags::cf | rflags::fixed);
  EXPECT_EQ(peek(stack_at - 4, 2), 0x50u);
  EXPECT_EQ(peek(stack_at - 6, 2), 0xb02u);
  EXPECT_EQ(regs().general.rflags, rflags::cf | rflags::fixed);
  // And back.
  regs().blocking = x86::interruptibility::by_nmi;
  put(0x3044, 0xcf, 1);
  EXPECT_EQ(emulator_.step().next, verdict::done);
  EXPECT_EQ(regs().general.rip, 0xb02u);
  EXPECT_EQ(segment(segment_name::cs).base, 0x500u);
  EXPECT_EQ(regs().general.rflags, rflags::interrupt | rflags::tf | rflags::cf | rflags::fixed);
  EXPECT_EQ(regs().blocking, 0u);
  EXPECT_EQ(gpr(rsp), stack_at);
}

TEST_F(interrupts, the_table_has_a_limit) {
  real_mode();
  regs().segments.idtr = {0, 0x83};
  vector_to(0x20, 0, 0x100);
  runs({0xcd, 0x20});
  regs().general.rip = code_at;
  faults({0xcd, 0x21}, exception::protection, std::nullopt);
}

TEST_F(interrupts, short_forms_have_their_vectors) {
  real_mode();
  regs().segments.idtr = {0, 0x3ff};
  for (const auto& [opcode, number] : {std::pair{0xccu, 3u}, {0xf1u, 1u}, {0xceu, 4u}}) {
    vector_to(number, 0, 0x700 + number);
    regs().general.rip = code_at;
    flags(rflags::of);
    runs({opcode});
    EXPECT_EQ(regs().general.rip, 0x700u + number);
  }
  flags(0);
  regs().general.rip = code_at;
  runs({0xce});
  EXPECT_EQ(regs().general.rip, code_at + 1) << "INTO without overflow";
}

TEST_F(interrupts, elsewhere_they_are_for_the_vm_entry_to_deliver) {
  protected_mode();
  const auto interrupted = [&](const std::vector<unsigned>& bytes, unsigned number, x86::event_type type) {
    const result r = step(bytes);
    EXPECT_EQ(r.next, verdict::interrupt);
    EXPECT_EQ(r.number, number);
    EXPECT_EQ(r.type, type);
    EXPECT_EQ(r.length, bytes.size());
    EXPECT_EQ(regs().general.rip, code_at);
  };
  interrupted({0xcd, 0x80}, 0x80, x86::event_type::software_interrupt);
  interrupted({0xcc}, 3, x86::event_type::software_exception);
  interrupted({0xf1}, 1, x86::event_type::privileged_exception);
  flags(rflags::of);
  interrupted({0xce}, 4, x86::event_type::software_exception);
  virtual_8086_mode(rflags::iopl);
  interrupted({0xcd, 0x21}, 0x21, x86::event_type::software_interrupt);
  EXPECT_EQ(step({0xcf}).next, verdict::done) << "IRET stays in virtual-8086 mode with IOPL 3";
  flags(0);
  protected_mode();
  EXPECT_EQ(step({0xcf}).next, verdict::unsupported);
}

TEST_F(interrupts, iret_in_virtual_8086_mode_leaves_iopl_and_vm) {
  virtual_8086_mode(rflags::iopl);
  put(stack_at, 0x1234, 4);
  put(stack_at + 4, 0x100, 4);
  put(stack_at + 8, rflags::cf | rflags::rf | rflags::interrupt, 4);
  runs({0x66, 0xcf});
  EXPECT_EQ(regs().general.rip, 0x1234u);
  EXPECT_EQ(regs().general.rflags,
            rflags::vm | rflags::iopl | rflags::cf | rflags::rf | rflags::interrupt | rflags::fixed);
  EXPECT_EQ(segment(segment_name::cs).rights, x86::segment_rights::real_data | x86::segment_rights::dpl);
}

TEST_F(interrupts, bound_faults_outside_its_bounds) {
  protected_mode();
  gpr(rbx, data_at);
  put(data_at, static_cast<std::uint32_t>(-5), 4);
  put(data_at + 4, 5, 4);
  for (const auto& [index, inside] : {std::pair{-5, true}, {5, true}, {0, true}, {-6, false}, {6, false}}) {
    gpr(rax, static_cast<std::uint32_t>(index));
    regs().general.rip = code_at;
    if (inside)
      runs({0x62, 0x03});
    else
      faults({0x62, 0x03}, exception::bound);
  }
}

class far_real : public rig {};

TEST_F(far_real, a_selector_makes_a_base_and_leaves_the_limit) {
  real_mode();
  segment(segment_name::cs).limit = 0xffff'ffff;  // "unreal" mode
  runs({0xea, 0x34, 0x12, 0x00, 0x01});
  EXPECT_EQ(segment(segment_name::cs).base, 0x1000u);
  EXPECT_EQ(segment(segment_name::cs).limit, 0xffff'ffffu);
  EXPECT_EQ(regs().general.rip, 0x1234u);
}

TEST_F(far_real, calls_push_selector_and_offset) {
  real_mode();
  runs({0x9a, 0x34, 0x12, 0x00, 0x01});
  EXPECT_EQ(peek(stack_at - 2, 2), 0u);
  EXPECT_EQ(peek(stack_at - 4, 2), code_at + 5);
  put(0x1000 + 0x1234, 0xcb, 1);
  EXPECT_EQ(emulator_.step().next, verdict::done);
  EXPECT_EQ(regs().general.rip, code_at + 5);
  EXPECT_EQ(segment(segment_name::cs).base, 0u);
}

TEST_F(far_real, targets_are_inside_the_limit) {
  real_mode();
  gpr(rbx, data_at);
  put(data_at, 0x12345, 4);
  put(data_at + 4, 0, 2);
  faults({0x66, 0xff, 0x2f}, exception::protection, std::nullopt);  // an offset of 32 bits
  faults({0x66, 0xff, 0x1f}, exception::protection, std::nullopt);
  EXPECT_EQ(gpr(rsp), stack_at);
}

TEST_F(far_real, divide_errors_have_no_code) {
  real_mode();
  gpr(rcx, 0);
  faults({0xf7, 0xf1}, exception::divide);
  faults({0xd4, 0x00}, exception::divide);
}

}  // namespace
}  // namespace umbra::emulate
