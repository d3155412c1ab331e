// Locked instructions are atomic, for operands that the processor can exchange as a whole.
#include "core/emulate/test/rig.hpp"

namespace umbra::emulate {
namespace {

using namespace vcpu::general;

machine::machine* shared = nullptr;
std::uint64_t raced_at = 0;

class locks : public rig {
 protected:
  /// Another vCPU writes a byte at `gpa` before the n-th read from now.
  void race(unsigned nth, std::uint64_t gpa) {
    shared = &host_;
    raced_at = backing(gpa);
    ASSERT_TRUE(host_.arm_race(
        nth, [](void*) { shared->memory().store(raced_at, 0xee, 1); }, nullptr));
  }
};

/// With paging off: two reads for the code, one for the operand, one by the exchange, which then exchanges.
constexpr unsigned code_reads = 2;

TEST_F(locks, a_write_in_between_makes_the_instruction_start_again) {
  protected_mode();
  gpr(rbx, data_at);
  gpr(rax, 1);
  for (const unsigned when : {1u, 2u}) {
    put(data_at, 0x10, 4);
    regs().general.rip = code_at;
    code({0xf0, 0x01, 0x03});
    race(code_reads + when, data_at + 3);
    const std::uint64_t flags_before = regs().general.rflags;
    EXPECT_EQ(emulator_.step().next, verdict::again);
    EXPECT_EQ(peek(data_at, 4), 0xee000010u) << "the other write is not lost";
    EXPECT_EQ(regs().general.rip, code_at);
    EXPECT_EQ(regs().general.rflags, flags_before);
    EXPECT_EQ(emulator_.step().next, verdict::done);
    EXPECT_EQ(peek(data_at, 4), 0xee000011u);
  }
}

TEST_F(locks, without_lock_it_does_not) {
  protected_mode();
  gpr(rbx, data_at);
  gpr(rax, 1);
  put(data_at, 0x10, 4);
  code({0x01, 0x03});
  race(code_reads + 0, data_at + 3);
  EXPECT_EQ(emulator_.step().next, verdict::done);
  EXPECT_EQ(peek(data_at, 4), 0xee000011u);
}

TEST_F(locks, xchg_with_memory_locks_by_itself) {
  protected_mode();
  gpr(rbx, data_at);
  code({0x87, 0x03});
  race(code_reads + 1, data_at);
  EXPECT_EQ(emulator_.step().next, verdict::again);
}

TEST_F(locks, neighbours_of_a_small_operand_are_not_lost) {
  protected_mode();
  put(data_at, 0x1111'1111'1111'1111, 8);
  gpr(rbx, data_at + 2);
  gpr(rax, 0xff);
  code({0xf0, 0x00, 0x03});
  race(code_reads + 2, data_at + 7);
  EXPECT_EQ(emulator_.step().next, verdict::again);
  EXPECT_EQ(emulator_.step().next, verdict::done);
  EXPECT_EQ(peek(data_at, 8), 0xee11'1111'1110'1111u);
}

TEST_F(locks, misaligned_operands_are_exchanged_up_to_sixteen_bytes) {
  protected_mode();
  for (unsigned offset = 0; offset < 13; ++offset) {
    for (unsigned n = 0; n < 3; ++n) put(data_at + 8 * n, 0, 8);
    put(data_at + offset, 0x11223344, 4);
    gpr(rbx, data_at + offset);
    gpr(rax, 0x01010101);
    regs().general.rip = code_at;
    runs({0xf0, 0x01, 0x03});
    EXPECT_EQ(peek(data_at + offset, 4), 0x12233445u) << offset;
    EXPECT_EQ(host_.count().exchanges, offset + 1u);
  }
  // Beyond that, a plain write has to do.
  gpr(rbx, data_at + 14);
  regs().general.rip = code_at;
  runs({0xf0, 0x01, 0x03});
  EXPECT_EQ(host_.count().exchanges, 13u);
  gpr(rbx, 0x2ffe);
  regs().general.rip = code_at;
  runs({0xf0, 0x01, 0x03});
  EXPECT_EQ(host_.count().exchanges, 13u);
}

TEST_F(locks, sixteen_bytes_are_exchanged_at_once) {
  long_mode();
  gpr(rsi, data_at);
  put(data_at, 1, 8);
  put(data_at + 8, 2, 8);
  gpr(rax, 1);
  gpr(rdx, 2);
  gpr(rbx, 3);
  gpr(rcx, 4);
  runs({0xf0, 0x48, 0x0f, 0xc7, 0x0e});
  EXPECT_EQ(peek(data_at, 8), 3u);
  EXPECT_EQ(peek(data_at + 8, 8), 4u);
  EXPECT_TRUE(regs().general.rflags & x86::rflags::zf);
  regs().general.rip = code_at;
  runs({0xf0, 0x48, 0x0f, 0xc7, 0x0e});
  EXPECT_EQ(gpr(rax), 3u);
  EXPECT_EQ(gpr(rdx), 4u);
  EXPECT_FALSE(regs().general.rflags & x86::rflags::zf);
  gpr(rsi, data_at + 8);
  faults({0xf0, 0x48, 0x0f, 0xc7, 0x0e}, x86::exception::protection, 0);
  gpr(rsi, data_at);
  regs().general.rip = code_at;
  runs({0x48, 0x0f, 0xc7, 0x0e});  // without LOCK too
  EXPECT_EQ(peek(data_at, 8), 3u);
}

TEST_F(locks, a_locked_write_to_a_shadowed_table_is_seen) {
  long_mode();
  ASSERT_EQ(cpu_.enter(), mmu::verdict::resume);
  ASSERT_EQ(cpu_.page_fault({data_at}, {.write = true}).next, mmu::verdict::resume);
  gpr(rbx, page_entry(2));
  gpr(rax, ~std::uint64_t{x86::entry::write});
  runs({0xf0, 0x48, 0x21, 0x03});  // lock and: make it read-only
  ASSERT_EQ(cpu_.enter(), mmu::verdict::resume);
  ASSERT_TRUE(host_.cpu(0).enter());
  EXPECT_FALSE(host_.cpu(0).probe(data_at, {.write = true}).ok);
  EXPECT_TRUE(host_.cpu(0).probe(data_at, {}).ok);
  host_.cpu(0).leave();
}

}  // namespace
}  // namespace umbra::emulate
