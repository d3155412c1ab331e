// Control and debug registers, tables, and what needs privilege.
#include "core/emulate/test/rig.hpp"

namespace umbra::emulate {
namespace {

using namespace vcpu::general;
using vcpu::segment_name;
using x86::exception;
namespace rflags = x86::rflags;
namespace rights = x86::segment_rights;
namespace cr0 = x86::cr0;
namespace dr6 = x86::dr6;
namespace dr7 = x86::dr7;

class system_instructions : public rig {};

TEST_F(system_instructions, need_cpl_0) {
  protected_mode(3);
  gpr(rbx, data_at);
  for (const auto& bytes : {std::vector<unsigned>{0xf4},
                            {0x0f, 0x06},
                            {0x0f, 0x20, 0xc0},
                            {0x0f, 0x22, 0xd8},
                            {0x0f, 0x21, 0xc0},
                            {0x0f, 0x23, 0xf8},
                            {0x0f, 0x01, 0xf0},
                            {0x0f, 0x01, 0x13},
                            {0x0f, 0x01, 0x1b},
                            {0x0f, 0x01, 0x3b},
                            {0x0f, 0x00, 0xd0},
                            {0x0f, 0x00, 0xd8}}) {
    faults(bytes, exception::protection, 0);
  }
  runs({0x0f, 0x01, 0xe0});  // smsw is for everyone
  faults({0xfa}, exception::protection, 0);
  faults({0xfb}, exception::protection, 0);
  faults({0x0f, 0x01, 0xca}, exception::undefined);
  ASSERT_TRUE(cpu_.write_cr4(x86::cr4::pvi));
  EXPECT_EQ(step({0xfa}).next, verdict::unsupported);
  flags(rflags::iopl);
  runs({0xfb});
}

TEST_F(system_instructions, control_registers_are_moved_and_checked) {
  protected_mode();
  runs({0x0f, 0x20, 0xc0});
  EXPECT_EQ(gpr(rax), cpu_.registers().cr0());
  gpr(rax, cr0::pg);  // PG without PE
  regs().general.rip = code_at;
  faults({0x0f, 0x22, 0xc0}, exception::protection, 0);
  gpr(rax, 0x7000);
  runs({0x0f, 0x22, 0xd8});
  EXPECT_EQ(cpu_.registers().cr3(), 0x7000u);
  regs().general.rip = code_at;
  gpr(rax, x86::cr4::pse);
  runs({0x0f, 0x22, 0xe0});
  EXPECT_EQ(cpu_.registers().cr4(), x86::cr4::pse);
  regs().general.rip = code_at;
  gpr(rax, x86::cr4::vmxe);
  faults({0x0f, 0x22, 0xe0}, exception::protection, 0);
  gpr(rax, 0x1234);
  runs({0x0f, 0x22, 0xd0});
  EXPECT_EQ(regs().general.cr2, 0x1234u);
  regs().general.rip = code_at;
  runs({0x0f, 0x20, 0xd3});
  EXPECT_EQ(gpr(rbx), 0x1234u);
  regs().general.rip = code_at;
  runs({0x0f, 0x20, 0xe1});
  EXPECT_EQ(gpr(rcx), x86::cr4::pse);
  regs().general.rip = code_at;
  runs({0x0f, 0x20, 0x19});  // ModRM.mod does not count
  EXPECT_EQ(gpr(rcx), 0x7000u);
}

TEST_F(system_instructions, cr8_holds_four_bits) {
  long_mode();
  gpr(rax, 0xf);
  runs({0x44, 0x0f, 0x22, 0xc0});
  EXPECT_EQ(regs().cr8, 0xfu);
  gpr(rax, 0x10);
  regs().general.rip = code_at;
  faults({0x44, 0x0f, 0x22, 0xc0}, exception::protection, 0);
  runs({0x44, 0x0f, 0x20, 0xc3});
  EXPECT_EQ(gpr(rbx), 0xfu);
}

TEST_F(system_instructions, a_control_register_write_leaves_paging_at_once) {
  long_mode();
  gpr(rax, cpu_.registers().cr3() | std::uint64_t{1} << 52);
  faults({0x0f, 0x22, 0xd8}, exception::protection, 0);
  gpr(rax, cpu_.registers().cr3());
  runs({0x0f, 0x22, 0xd8});
}

TEST_F(system_instructions, lmsw_sets_pe_but_does_not_clear_it) {
  real_mode();
  gpr(rax, cr0::pe | cr0::ts | cr0::wp);
  runs({0x0f, 0x01, 0xf0});
  EXPECT_EQ(cpu_.registers().cr0() & (cr0::pe | cr0::ts | cr0::wp), cr0::pe | cr0::ts);
  gpr(rax, 0);
  regs().general.rip = code_at;
  flat(rights::big, rights::big, 0);
  runs({0x0f, 0x01, 0xf0});
  EXPECT_EQ(cpu_.registers().cr0() & (cr0::pe | cr0::ts), cr0::pe);
  cpu_.write_cr0(cr0::pe | cr0::ts);
  regs().general.rip = code_at;
  runs({0x0f, 0x06});
  EXPECT_EQ(cpu_.registers().cr0() & cr0::ts, 0u);
  regs().general.rip = code_at;
  gpr(rbx, data_at);
  runs({0x0f, 0x01, 0x23});  // smsw [ebx]: 16 bits, whatever the operand size
  EXPECT_EQ(peek(data_at, 4), cpu_.registers().cr0() & 0xffff);
}

TEST_F(system_instructions, debug_registers_have_fixed_bits_and_aliases) {
  protected_mode();
  gpr(rax, ~0u);
  runs({0x0f, 0x23, 0xf0});  // mov dr6, eax
  EXPECT_EQ(regs().dr6, dr6::writable | dr6::ones);
  regs().general.rip = code_at;
  gpr(rax, ~std::uint64_t{dr7::gd} & 0xffff'ffff);
  runs({0x0f, 0x23, 0xe8});  // dr5 is dr7
  EXPECT_EQ(regs().dr7, (dr7::writable & ~dr7::gd) | dr7::ones);
  regs().general.rip = code_at;
  runs({0x0f, 0x21, 0xe3});  // dr4 is dr6
  EXPECT_EQ(gpr(rbx), regs().dr6);
  for (unsigned n = 0; n < 4; ++n) {
    regs().general.rip = code_at;
    gpr(rax, 0x100 + n);
    runs({0x0f, 0x23, 0xc0 | n << 3});
    EXPECT_EQ(regs().breakpoint[n], 0x100 + n);
    regs().general.rip = code_at;
    runs({0x0f, 0x21, 0xc1 | n << 3});
    EXPECT_EQ(gpr(rcx), 0x100 + n);
  }
  ASSERT_TRUE(cpu_.write_cr4(x86::cr4::de));
  regs().general.rip = code_at;
  faults({0x0f, 0x21, 0xe3}, exception::undefined);
  regs().dr7 |= dr7::gd;
  faults({0x0f, 0x21, 0xf3}, exception::debug);
  EXPECT_EQ(step({0x0f, 0x23, 0xc0}).event.dr6, dr6::bd);
  faults({0x0f, 0x21, 0xe3}, exception::undefined);
  long_mode();
  regs().dr7 = dr7::ones;
  gpr(rax, std::uint64_t{1} << 32);
  faults({0x0f, 0x23, 0xf0}, exception::protection, 0);
  runs({0x0f, 0x23, 0xc0});  // DR0 to DR3 take 64 bits
  EXPECT_EQ(regs().breakpoint[0], std::uint64_t{1} << 32);
}

TEST_F(system_instructions, debug_registers_that_do_not_exist_are_undefined_at_every_level) {
  protected_mode(3);
  faults({0x0f, 0x21, 0xe3}, exception::protection, 0);
  ASSERT_TRUE(cpu_.write_cr4(x86::cr4::de));
  for (const unsigned number : {4u, 5u}) {
    faults({0x0f, 0x21, 0xc3 | number << 3}, exception::undefined);  // SDM volume 3, table 6-2
    faults({0x0f, 0x23, 0xc3 | number << 3}, exception::undefined);
  }
  faults({0x0f, 0x21, 0xf3}, exception::protection, 0);
}

TEST_F(system_instructions, pseudo_descriptors_are_aligned_to_four_bytes_in_every_mode) {
  // SDM volume 3, table 6-7.
  long_mode(3);
  ASSERT_TRUE(cpu_.write_cr0(cpu_.registers().cr0() | cr0::am));
  flags(x86::rflags::ac);
  gpr(rbx, data_at + 4);
  runs({0x0f, 0x01, 0x03});
  regs().general.rip = code_at;
  for (unsigned n = 1; n < 4; ++n) {
    gpr(rbx, data_at + n);
    faults({0x0f, 0x01, 0x03}, exception::alignment, 0);
  }
}

TEST_F(system_instructions, hlt_halts_behind_itself) {
  protected_mode();
  EXPECT_EQ(step({0xf4}).next, verdict::halted);
  EXPECT_EQ(regs().general.rip, code_at + 1);
}

TEST_F(system_instructions, tables_are_loaded_and_stored) {
  protected_mode();
  gpr(rbx, data_at);
  put(data_at, 0x1234, 2);
  put(data_at + 2, 0x89abcdef, 4);
  runs({0x0f, 0x01, 0x13});
  EXPECT_EQ(regs().segments.gdtr.limit, 0x1234u);
  EXPECT_EQ(regs().segments.gdtr.base, 0x89abcdefu);
  regs().general.rip = code_at;
  runs({0x66, 0x0f, 0x01, 0x1b});  // 16-bit operands: 24 bits of base
  EXPECT_EQ(regs().segments.idtr.base, 0xabcdefu);
  regs().general.rip = code_at;
  gpr(rbx, data_at + 16);
  runs({0x0f, 0x01, 0x03});
  EXPECT_EQ(peek(data_at + 16, 2), 0x1234u);
  EXPECT_EQ(peek(data_at + 18, 4), 0x89abcdefu);
  regs().general.rip = code_at;
  runs({0x66, 0x0f, 0x01, 0x03});
  EXPECT_EQ(peek(data_at + 18, 4), 0xabcdefu);
  long_mode();
  gpr(rbx, data_at + 32);
  put(data_at + 34, 0x8000'0000'0000, 8);
  faults({0x0f, 0x01, 0x1b}, exception::protection, 0);
  put(data_at + 34, 0xffff'8000'0000'0000, 8);
  runs({0x0f, 0x01, 0x1b});
  EXPECT_EQ(regs().segments.idtr.base, 0xffff'8000'0000'0000u);
  regs().general.rip = code_at;
  gpr(rbx, data_at + 48);
  runs({0x0f, 0x01, 0x0b});
  EXPECT_EQ(peek(data_at + 50, 8), 0xffff'8000'0000'0000u);
}

TEST_F(system_instructions, invlpg_checks_no_segment) {
  protected_mode();
  segment(segment_name::ds).limit = 0;
  gpr(rbx, data_at);
  runs({0x0f, 0x01, 0x3b});
  EXPECT_EQ(mmu_.counters().invlpg, 1u);
  long_mode();
  gpr(rbx, 0x8000'0000'0000);
  runs({0x0f, 0x01, 0x3b});
  EXPECT_EQ(mmu_.counters().invlpg, 1u) << "not canonical: nothing happens";
}

TEST_F(system_instructions, arpl_raises_a_selectors_rpl) {
  protected_mode();
  gpr(rax, 0x1230);
  gpr(rcx, 0x0002);
  runs({0x63, 0xc8});
  EXPECT_EQ(gpr(rax), 0x1232u);
  EXPECT_TRUE(regs().general.rflags & rflags::zf);
  regs().general.rip = code_at;
  runs({0x63, 0xc8});
  EXPECT_EQ(gpr(rax), 0x1232u);
  EXPECT_FALSE(regs().general.rflags & rflags::zf);
}

TEST_F(system_instructions, arpl_compares_with_a_register_of_two_bytes) {
  protected_mode();
  gpr(rax, 0x1230);
  gpr(rdx, 0x0100);  // DH, which a byte's operand would be
  gpr(rsi, 0x0003);
  runs({0x63, 0xf0});
  EXPECT_EQ(gpr(rax), 0x1233u);
}

TEST_F(system_instructions, ac_is_changed_where_there_is_smap) {
  long_mode();
  runs({0x0f, 0x01, 0xcb});
  EXPECT_TRUE(regs().general.rflags & rflags::ac);
  regs().general.rip = code_at;
  runs({0x0f, 0x01, 0xca});
  EXPECT_FALSE(regs().general.rflags & rflags::ac);
}

TEST_F(system_instructions, interrupts_stay_blocked_for_one_instruction) {
  namespace interruptibility = x86::interruptibility;
  protected_mode();
  flags(0);
  runs({0xfb});
  EXPECT_EQ(regs().blocking, interruptibility::by_sti);
  regs().general.rip = code_at;
  runs({0xfb});
  EXPECT_EQ(regs().blocking, 0u) << "they were not masked before";
  regs().general.rip = code_at;
  real_mode();
  regs().blocking = interruptibility::by_nmi;
  runs({0x8e, 0xd0});  // mov ss, ax
  EXPECT_EQ(regs().blocking, interruptibility::by_mov_ss | interruptibility::by_nmi);
  regs().general.rip = code_at;
  runs({0x90});
  EXPECT_EQ(regs().blocking, interruptibility::by_nmi);
  regs().general.rip = code_at;
  put(stack_at, 0, 2);
  runs({0x17});
  EXPECT_EQ(regs().blocking & interruptibility::by_mov_ss, interruptibility::by_mov_ss);
}

TEST_F(system_instructions, single_steps_trap_after_the_instruction) {
  protected_mode();
  flags(rflags::tf);
  EXPECT_TRUE(step({0x90}).trap);
  regs().general.rip = code_at;
  put(stack_at, 0, 4);
  EXPECT_TRUE(step({0x9d}).trap) << "TF counts as it was before";
  put(stack_at, rflags::tf, 4);
  gpr(rsp, stack_at);
  regs().general.rip = code_at;
  EXPECT_FALSE(step({0x9d}).trap);
  real_mode();
  flags(rflags::tf);
  EXPECT_FALSE(step({0x8e, 0xd0}).trap) << "MOV SS holds it back";
}

}  // namespace
}  // namespace umbra::emulate
