// Instructions that meet a device: in the core, or in userspace, which is asked and answers.
#include "core/emulate/test/rig.hpp"

namespace umbra::emulate {
namespace {

using namespace vcpu::general;

/// Four registers of eight bytes at the start of the hole.
struct registers_device : io::device {
  explicit registers_device() : io::device{read_register, write_register} {}

  static bool read_register(io::device& d, word offset, unsigned bytes, word& value) {
    auto& self = static_cast<registers_device&>(d);
    ++self.reads;
    if (offset >= 32) return false;
    value = self.held[offset / 8] >> (8 * (offset % 8));
    if (bytes < 8) value &= (word{1} << (8 * bytes)) - 1;
    return true;
  }
  static bool write_register(io::device& d, word offset, unsigned, word value) {
    auto& self = static_cast<registers_device&>(d);
    ++self.writes;
    if (offset >= 32) return false;
    self.held[offset / 8] = value;
    return true;
  }

  std::array<word, 4> held{};
  unsigned reads = 0, writes = 0;
};

class device : public rig {
 protected:
  /// What the instruction asks for.
  void asks(const result& r, bool write, std::uint64_t address, unsigned bytes, std::uint64_t data = 0) {
    ASSERT_EQ(r.next, verdict::device);
    ASSERT_TRUE(emulator_.waiting());
    const io::request& q = emulator_.request();
    EXPECT_EQ(q.space, io::space::memory);
    EXPECT_EQ(q.write, write);
    EXPECT_EQ(q.address, address);
    EXPECT_EQ(q.bytes, bytes);
    EXPECT_EQ(q.count, 1u);
    if (write) EXPECT_EQ(q.data[0], data);
  }
  result answer(std::uint64_t value) {
    emulator_.request().data[0] = value;
    return emulator_.finish();
  }
};

TEST_F(device, nothing_waits_at_first) { EXPECT_FALSE(emulator_.waiting()); }

TEST_F(device, a_read_modify_write_reads_once_and_writes_once) {
  protected_mode();
  gpr(rbx, hole + 0x10);
  gpr(rax, 5);
  asks(step({0x01, 0x03}), false, hole + 0x10, 4);
  EXPECT_EQ(regs().general.rip, code_at) << "nothing has happened yet";
  asks(answer(7), true, hole + 0x10, 4, 12);
  EXPECT_EQ(regs().general.rip, code_at);
  EXPECT_EQ(emulator_.finish().next, verdict::done);
  EXPECT_EQ(regs().general.rip, code_at + 2);
  EXPECT_FALSE(emulator_.waiting());
}

TEST_F(device, real_modes_table_of_interrupts_may_be_a_devices) {
  real_mode();
  regs().segments.idtr = {hole, 0x3ff};
  asks(step({0xcd, 0x21}), false, hole + 4 * 0x21, 4);
  EXPECT_EQ(regs().general.rip, code_at) << "nothing is done before the table has answered";
  EXPECT_EQ(gpr(rsp), stack_at);
  EXPECT_EQ(answer(0x0300'0044).next, verdict::done);
  EXPECT_EQ(regs().general.rip, 0x44u);
  EXPECT_EQ(segment(vcpu::segment_name::cs).base, 0x3000u);
  EXPECT_EQ(gpr(rsp), stack_at - 6);
}

TEST_F(device, an_access_that_straddles_memory_and_a_device_is_parted) {
  protected_mode();
  gpr(rbx, hole - 3);
  put(hole - 3, 0x332211, 3);
  asks(step({0x8b, 0x03}), false, hole, 1);
  EXPECT_EQ(answer(0x44).next, verdict::done);
  EXPECT_EQ(gpr(rax), 0x44332211u);
  regs().general.rip = code_at;
  gpr(rax, 0xd4c3b2a1);
  asks(step({0x89, 0x03}), true, hole, 1, 0xd4);
  EXPECT_EQ(peek(hole - 3, 3), 0xc3b2a1u) << "memory comes first, in order";
  EXPECT_EQ(emulator_.finish().next, verdict::done);
}

TEST_F(device, the_answer_is_cut_to_what_was_asked_for) {
  protected_mode();
  gpr(rbx, hole);
  gpr(rax, 0);
  step({0x0f, 0xb6, 0x03});  // movzx eax, byte [ebx]
  EXPECT_EQ(answer(0xffff'ff80).next, verdict::done);
  EXPECT_EQ(gpr(rax), 0x80u);
}

TEST_F(device, what_an_instruction_saw_before_it_waited_it_sees_again) {
  protected_mode();
  gpr(rsi, data_at);
  gpr(rdi, hole);
  put(data_at, 0x11, 4);
  asks(step({0xa7}), false, hole, 4);  // cmps: memory first, then the device
  put(data_at, 0x22, 4);               // another vCPU writes meanwhile
  EXPECT_EQ(answer(0x11).next, verdict::done);
  EXPECT_TRUE(regs().general.rflags & x86::rflags::zf);
}

TEST_F(device, several_reads_and_writes_are_asked_for_one_after_the_other) {
  protected_mode();
  gpr(rsi, hole + 8);
  gpr(rdi, hole + 16);
  asks(step({0xa5}), false, hole + 8, 4);
  asks(answer(0x99), true, hole + 16, 4, 0x99);
  EXPECT_EQ(emulator_.finish().next, verdict::done);
  EXPECT_EQ(gpr(rsi), hole + 12);
}

TEST_F(device, a_fault_after_a_devices_answer_leaves_the_registers_alone) {
  protected_mode();
  gpr(rsi, hole);
  gpr(rdi, ~0u - 1);  // the destination is beyond the limit
  asks(step({0xa5}), false, hole, 4);
  const result r = answer(1);
  EXPECT_EQ(r.next, verdict::fault);
  EXPECT_EQ(gpr(rsi), hole);
  EXPECT_EQ(regs().general.rip, code_at);
}

TEST_F(device, read_only_memory_is_read_as_memory_and_written_as_a_device) {
  protected_mode();
  put(rom + 4, 0x1234, 4);
  gpr(rbx, rom + 4);
  runs({0x8b, 0x03});
  EXPECT_EQ(gpr(rax), 0x1234u);
  regs().general.rip = code_at;
  asks(step({0xff, 0x03}), true, rom + 4, 4, 0x1235);  // inc: only the write leaves
  EXPECT_EQ(emulator_.finish().next, verdict::done);
  EXPECT_EQ(peek(rom + 4, 4), 0x1234u);
  regs().general.rip = code_at;
  asks(step({0xf0, 0xff, 0x03}), true, rom + 4, 4, 0x1235);  // locked too
  EXPECT_EQ(emulator_.finish().next, verdict::done);
}

TEST_F(device, sixteen_bytes_go_to_a_device_in_two_halves) {
  long_mode();
  for (std::uint64_t page = 0xa0; page < 0xb0; ++page) ASSERT_NE(peek(page_entry(page), 8), 0u);
  gpr(rsi, hole);
  gpr(rax, 1);
  gpr(rdx, 2);
  gpr(rbx, 3);
  gpr(rcx, 4);
  asks(step({0xf0, 0x48, 0x0f, 0xc7, 0x0e}), false, hole, 8);
  asks(answer(1), false, hole + 8, 8);
  asks(answer(2), true, hole, 8, 3);
  asks(emulator_.finish(), true, hole + 8, 8, 4);
  EXPECT_EQ(emulator_.finish().next, verdict::done);
  EXPECT_TRUE(regs().general.rflags & x86::rflags::zf);
}

TEST_F(device, a_device_in_the_core_answers_at_once) {
  registers_device d;
  ASSERT_TRUE(bus_.attach(io::space::memory, hole, 64, d));
  protected_mode();
  d.held[1] = 40;
  gpr(rbx, hole + 8);
  gpr(rax, 2);
  runs({0x01, 0x03});
  EXPECT_EQ(d.held[1], 42u);
  EXPECT_EQ(d.reads, 1u);
  EXPECT_EQ(d.writes, 1u);
  // What it does not claim is for userspace.
  gpr(rbx, hole + 40);
  regs().general.rip = code_at;
  asks(step({0x8b, 0x03}), false, hole + 40, 4);
  EXPECT_EQ(d.reads, 2u);
  EXPECT_EQ(answer(9).next, verdict::done);
  EXPECT_EQ(d.reads, 2u) << "it is not asked again";
}

TEST_F(device, an_instruction_that_waits_can_be_dropped) {
  protected_mode();
  gpr(rbx, hole);
  step({0x8b, 0x03});
  emulator_.forget();
  EXPECT_FALSE(emulator_.waiting());
  EXPECT_EQ(regs().general.rip, code_at);
  runs({0x90});
}

TEST_F(device, a_slot_that_goes_while_an_instruction_waits_is_a_hole_then) {
  protected_mode();
  gpr(rsi, hole);
  gpr(rdi, 0x9f000);
  asks(step({0xa5}), false, hole, 4);
  slot(0, 0, 0x90, 0, false);  // the destination's memory is taken away
  asks(answer(5), true, 0x9f000, 4, 5);
  EXPECT_EQ(emulator_.finish().next, verdict::done);
}

}  // namespace
}  // namespace umbra::emulate
