// Segments loaded from descriptors (SDM 2B "MOV", 2A "CALL", "JMP", 2B "RET", "LTR"; volume 3, chapter 5).
#include "core/emulate/test/rig.hpp"

namespace umbra::emulate {
namespace {

using namespace vcpu::general;
using vcpu::segment_name;
using x86::exception;
namespace rights = x86::segment_rights;

class descriptors : public rig {
 protected:
  static constexpr std::uint64_t gdt = 0x9000, ldt = 0x9800;
  static constexpr std::uint64_t data = rights::present | rights::code_or_data | rights::writable,
                                 code = data | rights::code | rights::big, conforming = code | rights::expand_down;

  descriptors() { regs().segments.gdtr = {gdt, 0xff}; }

  /// Descriptor `n`: base 0x12345678, limit 0xfffff pages, with these rights.
  void describe(unsigned n, std::uint64_t r, unsigned dpl = 0, std::uint64_t table = gdt) {
    r |= dpl << rights::dpl_at | rights::granularity;
    const std::uint64_t raw =
        0xffff | 0x345678ull << 16 | (r & 0xff) << 40 | 0xfull << 48 | (r >> 12 & 0xf) << 52 | 0x12ull << 56;
    put(table + 8 * n, raw, 8);
  }
  std::uint64_t access_byte(unsigned n) { return peek(gdt + 8 * n + 5, 1); }
  /// mov ds, ax with a selector.
  std::vector<unsigned> load(std::uint64_t selector, unsigned sreg = 3) {
    gpr(rax, selector);
    regs().general.rip = code_at;
    return {0x8e, 0xc0 | sreg << 3};
  }
  static constexpr unsigned ss = 2, fs = 4;
};

TEST_F(descriptors, a_data_segment_is_loaded_and_marked) {
  protected_mode();
  describe(3, data);
  runs(load(0x18));
  const vcpu::segment& s = segment(segment_name::ds);
  EXPECT_EQ(s.selector, 0x18u);
  EXPECT_EQ(s.base, 0x12345678u);
  EXPECT_EQ(s.limit, 0xffff'ffffu);
  EXPECT_EQ(s.rights, data | rights::granularity | rights::accessed);
  EXPECT_EQ(access_byte(3), (data | rights::accessed) & 0xff);
}

TEST_F(descriptors, a_null_selector_makes_a_segment_unusable) {
  protected_mode();
  runs(load(0x3, fs));
  EXPECT_EQ(segment(segment_name::fs).rights, rights::unusable);
  EXPECT_EQ(segment(segment_name::fs).selector, 3u);
  faults(load(0, ss), exception::protection, 0);
}

TEST_F(descriptors, data_segments_are_checked) {
  protected_mode(3);
  describe(3, data, 2);
  faults(load(0x18), exception::protection, 0x18);  // CPL 3 above DPL 2
  describe(3, data, 3);
  runs(load(0x1b));
  describe(3, code & ~rights::writable, 3);  // execute only
  faults(load(0x1b), exception::protection, 0x18);
  describe(3, code, 3);
  runs(load(0x1b));
  describe(3, conforming, 0);  // conforming code may be read from anywhere
  runs(load(0x1b));
  describe(3, rights::present | rights::tss, 3);
  faults(load(0x1b), exception::protection, 0x18);
  describe(3, data & ~rights::present, 3);
  faults(load(0x1b), exception::not_present, 0x18);
  faults(load(0x103), exception::protection, 0x100);  // beyond the table
  protected_mode();
  describe(3, data, 1);
  faults(load(0x1a), exception::protection, 0x18);  // RPL 2 above DPL 1
}

TEST_F(descriptors, stack_segments_are_checked) {
  protected_mode();
  describe(3, data);
  runs(load(0x18, ss));
  faults(load(0x19, ss), exception::protection, 0x18);  // RPL
  describe(3, data, 1);
  faults(load(0x18, ss), exception::protection, 0x18);  // DPL
  describe(3, data & ~rights::writable);
  faults(load(0x18, ss), exception::protection, 0x18);
  describe(3, code);
  faults(load(0x18, ss), exception::protection, 0x18);
  describe(3, data & ~rights::present);
  faults(load(0x18, ss), exception::stack, 0x18);
}

TEST_F(descriptors, a_null_stack_segment_exists_in_64_bit_mode_below_cpl_3) {
  long_mode();
  runs(load(0, ss));
  EXPECT_EQ(segment(segment_name::ss).rights, rights::unusable);
  long_mode(3);
  faults(load(3, ss), exception::protection, 0);
}

TEST_F(descriptors, selectors_may_be_local) {
  protected_mode();
  segment(segment_name::ldtr) = {0x20, ldt, 0x1f, rights::present | rights::ldt};
  describe(2, data, 0, ldt);
  runs(load(0x14));
  EXPECT_EQ(segment(segment_name::ds).base, 0x12345678u);
  faults(load(0x24), exception::protection, 0x24);
  segment(segment_name::ldtr).rights = rights::unusable;
  faults(load(0x14), exception::protection, 0x14);
}

TEST_F(descriptors, a_table_that_cannot_be_reached_faults_as_a_supervisors) {
  long_mode(3);
  describe(3, data, 3);
  put(page_entry(9), 0x9000 | x86::entry::present, 8);  // read-only, no user
  const result r = step(load(0x1b));
  EXPECT_EQ(r.event.vector, exception::page_fault);
  EXPECT_EQ(r.event.code, x86::page_fault::write | x86::page_fault::present)
      << "setting the accessed bit, not for the user";
  describe(3, data | rights::accessed, 3);
  runs(load(0x1b));
}

TEST_F(descriptors, a_descriptor_that_changes_while_it_is_marked_is_read_again) {
  protected_mode();
  describe(3, data);
  rig::code(load(0x18));
  static machine::machine* machine = nullptr;
  machine = &host_;
  // Two reads for the code, one for the descriptor; then the exchange reads before it exchanges.
  ASSERT_TRUE(host_.arm_race(
      3, [](void*) { machine->memory().store(backing(gdt + 0x1f), 0x77, 1); }, nullptr));
  EXPECT_EQ(emulator_.step().next, verdict::again);
  EXPECT_EQ(emulator_.step().next, verdict::done);
  EXPECT_EQ(segment(segment_name::ds).base, 0x77345678u);
}

TEST_F(descriptors, far_pointers_load_both_halves_or_none) {
  protected_mode();
  describe(3, data);
  gpr(rbx, data_at);
  put(data_at, 0x11223344, 4);
  put(data_at + 4, 0x18, 2);
  runs({0xc4, 0x03});
  EXPECT_EQ(gpr(rax), 0x11223344u);
  EXPECT_EQ(segment(segment_name::es).base, 0x12345678u);
  gpr(rax, 0);
  put(data_at + 4, 0xff8, 2);
  regs().general.rip = code_at;
  faults({0xc5, 0x03}, exception::protection, 0xff8);
  EXPECT_EQ(gpr(rax), 0u);
  put(data_at + 4, 0x18, 2);
  for (const unsigned second : {0xb2u, 0xb4u, 0xb5u}) {
    regs().general.rip = code_at;
    segment(segment_name::ss).base = 0;
    runs({0x0f, second, 0x03});
  }
  EXPECT_EQ(segment(segment_name::fs).selector, 0x18u);
  EXPECT_EQ(segment(segment_name::gs).selector, 0x18u);
  EXPECT_EQ(segment(segment_name::ss).selector, 0x18u);
}

// --- code ---

class far_transfers : public descriptors {
 protected:
  std::vector<unsigned> jump_to(unsigned selector, unsigned offset = 0x5000, unsigned opcode = 0xea) {
    regs().general.rip = code_at;
    segment(segment_name::cs).base = 0;
    segment(segment_name::cs).limit = ~0u;
    return {opcode,       offset & 0xff,   offset >> 8 & 0xff, offset >> 16 & 0xff,
            offset >> 24, selector & 0xff, selector >> 8};
  }
};

TEST_F(far_transfers, a_jump_loads_code_of_its_own_level) {
  protected_mode();
  describe(3, code);
  runs(jump_to(0x18));
  EXPECT_EQ(regs().general.rip, 0x5000u);
  EXPECT_EQ(segment(segment_name::cs).rights, code | rights::granularity | rights::accessed);
  faults(jump_to(0x1a), exception::protection, 0x18);  // RPL above CPL
}

TEST_F(far_transfers, code_segments_are_checked) {
  protected_mode(3);
  describe(3, code, 3);
  runs(jump_to(0x1b));
  EXPECT_EQ(segment(segment_name::cs).selector, 0x1bu);
  describe(3, code, 2);
  faults(jump_to(0x1b), exception::protection, 0x18);
  describe(3, conforming, 2);
  runs(jump_to(0x1b));
  EXPECT_EQ(segment(segment_name::cs).selector, 0x1bu);
  describe(3, data, 3);
  faults(jump_to(0x1b), exception::protection, 0x18);
  describe(3, code & ~rights::present, 3);
  faults(jump_to(0x1b), exception::not_present, 0x18);
  faults(jump_to(0x3), exception::protection, 0);
  describe(3, rights::present | 12, 3);  // a call gate
  EXPECT_EQ(step(jump_to(0x1b)).next, verdict::unsupported);
  describe(3, code & ~rights::granularity, 3);
  put(gdt + 0x18, 0x00ff, 2);
  put(gdt + 0x18 + 6, 0x40, 1);  // limit 0xff
  faults(jump_to(0x1b), exception::protection, 0);
}

TEST_F(far_transfers, a_call_returns) {
  protected_mode();
  describe(3, code);
  describe(4, code);
  segment(segment_name::cs).selector = 0x20;
  runs(jump_to(0x18, 0x5000, 0x9a));
  EXPECT_EQ(peek(stack_at - 4, 4), 0x20u);
  EXPECT_EQ(peek(stack_at - 8, 4), code_at + 7);
  EXPECT_EQ(access_byte(3) & rights::accessed, rights::accessed);
  segment(segment_name::cs).base = 0;
  runs({0xca, 0x10, 0x00});
  EXPECT_EQ(regs().general.rip, code_at + 7);
  EXPECT_EQ(segment(segment_name::cs).selector, 0x20u);
  EXPECT_EQ(gpr(rsp), stack_at + 0x10);
}

TEST_F(far_transfers, returns_outward_are_left_to_others_and_inward_refused) {
  protected_mode(1);
  describe(3, code, 1);
  put(stack_at, 0x5000, 4);
  put(stack_at + 4, 0x19, 4);
  runs({0xcb});
  gpr(rsp, stack_at);
  segment(segment_name::cs).base = 0;
  put(stack_at + 4, 0x1b, 4);
  regs().general.rip = code_at;
  EXPECT_EQ(step({0xcb}).next, verdict::unsupported);
  put(stack_at + 4, 0x18, 4);
  faults({0xcb}, exception::protection, 0x18);
  put(stack_at + 4, 0, 4);
  faults({0xcb}, exception::protection, 0);
  describe(3, rights::present | 12, 1);
  put(stack_at + 4, 0x19, 4);
  faults({0xcb}, exception::protection, 0x18);
}

TEST_F(far_transfers, a_call_that_cannot_push_marks_nothing) {
  protected_mode();
  describe(3, code);
  segment(segment_name::ss).limit = 0x10;
  faults(jump_to(0x18, 0x5000, 0x9a), exception::stack, 0);
  EXPECT_EQ(access_byte(3) & rights::accessed, 0u);
}

TEST_F(far_transfers, long_mode_goes_between_64_and_32_bits) {
  long_mode();
  describe(3, code | rights::long_mode);  // both L and D
  describe(4, (code & ~rights::big) | rights::long_mode);
  describe(5, code);
  gpr(rbx, data_at);
  put(data_at, 0x5000, 8);
  put(data_at + 8, 0x18, 2);
  faults({0x48, 0xff, 0x2b}, exception::protection, 0x18);
  put(data_at + 8, 0x20, 2);
  runs({0x48, 0xff, 0x2b});
  EXPECT_EQ(regs().general.rip, 0x5000u);
  regs().general.rip = code_at;
  put(data_at, 0x8000'0000'0000, 8);
  faults({0x48, 0xff, 0x2b}, exception::protection, 0);
  put(data_at, 0x5000, 8);
  put(data_at + 8, 0x28, 2);
  runs({0x48, 0xff, 0x2b});
  EXPECT_EQ(segment(segment_name::cs).base, 0x12345678u);
}

TEST_F(far_transfers, real_mode_enters_protected_mode) {
  real_mode();
  describe(3, code);
  put(gdt + 0x18 + 2, 0, 2);  // base 0
  put(gdt + 0x18 + 4, 0, 1);
  put(gdt + 0x18 + 7, 0, 1);
  gpr(rax, x86::cr0::pe);
  runs({0x0f, 0x22, 0xc0});
  runs({0x66, 0xea, 0x00, 0x50, 0x00, 0x00, 0x18, 0x00});
  EXPECT_EQ(regs().general.rip, 0x5000u);
  gpr(rax, 0x12345678);
  runs({0x05, 0x01, 0x00, 0x00, 0x00});  // 32-bit code by now
  EXPECT_EQ(gpr(rax), 0x12345679u);
}

// --- LDT and task ---

class system_segments : public descriptors {};

TEST_F(system_segments, an_ldt_is_loaded) {
  protected_mode();
  describe(3, rights::present | rights::ldt);
  gpr(rax, 0x18);
  runs({0x0f, 0x00, 0xd0});
  EXPECT_EQ(segment(segment_name::ldtr).base, 0x12345678u);
  regs().general.rip = code_at;
  runs({0x0f, 0x00, 0xc3});  // sldt ebx
  EXPECT_EQ(gpr(rbx), 0x18u);
  gpr(rax, 0);
  regs().general.rip = code_at;
  runs({0x0f, 0x00, 0xd0});
  EXPECT_EQ(segment(segment_name::ldtr).rights, rights::unusable);
  describe(3, data);
  gpr(rax, 0x18);
  regs().general.rip = code_at;
  faults({0x0f, 0x00, 0xd0}, exception::protection, 0x18);
  describe(3, rights::ldt);
  faults({0x0f, 0x00, 0xd0}, exception::not_present, 0x18);
  gpr(rax, 0x1c);
  faults({0x0f, 0x00, 0xd0}, exception::protection, 0x1c);
}

TEST_F(system_segments, a_task_becomes_busy) {
  protected_mode();
  describe(3, rights::present | rights::tss);
  gpr(rax, 0x18);
  runs({0x0f, 0x00, 0xd8});
  EXPECT_EQ(segment(segment_name::tr).rights & rights::type, rights::tss | rights::busy);
  EXPECT_EQ(access_byte(3) & rights::type, rights::tss | rights::busy);
  regs().general.rip = code_at;
  faults({0x0f, 0x00, 0xd8}, exception::protection, 0x18);  // it is busy now
  runs({0x0f, 0x00, 0xcb});                                 // str ebx
  EXPECT_EQ(gpr(rbx), 0x18u);
  describe(3, rights::tss);
  regs().general.rip = code_at;
  faults({0x0f, 0x00, 0xd8}, exception::not_present, 0x18);
  describe(3, rights::present | rights::tss16);
  runs({0x0f, 0x00, 0xd8});
  gpr(rax, 0);
  regs().general.rip = code_at;
  faults({0x0f, 0x00, 0xd8}, exception::protection, 0);
}

TEST_F(system_segments, they_have_sixteen_bytes_in_long_mode) {
  long_mode();
  describe(3, rights::present | rights::tss);
  put(gdt + 0x20, 0x00000100'ffff8000, 8);
  gpr(rax, 0x18);
  faults({0x0f, 0x00, 0xd8}, exception::protection, 0x18);  // type bits 12:8 of the upper half
}

TEST_F(system_segments, the_upper_half_holds_the_rest_of_the_base) {
  long_mode();
  describe(3, rights::present | rights::tss);
  put(gdt + 0x20, 0xffff8000, 8);
  gpr(rax, 0x18);
  runs({0x0f, 0x00, 0xd8});
  EXPECT_EQ(segment(segment_name::tr).base, 0xffff8000'12345678u);
  describe(3, rights::present | rights::tss16);
  regs().general.rip = code_at;
  faults({0x0f, 0x00, 0xd8}, exception::protection, 0x18);
  describe(3, rights::present | rights::tss);
  regs().segments.gdtr.limit = 0x1f;
  faults({0x0f, 0x00, 0xd8}, exception::protection, 0x18);
}

}  // namespace
}  // namespace umbra::emulate
