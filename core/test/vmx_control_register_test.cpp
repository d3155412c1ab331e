// Instructions that read and write control registers.
#include "core/test/bench.hpp"
#include "core/x86/segment.hpp"

namespace umbra::vmx {
namespace {

using namespace vcpu::general;
using enum x86::exit_reason;
using x86::exception;
namespace cr0 = x86::cr0;
namespace cr4 = x86::cr4;

constexpr word mov_from = 1 << 4, clts = 2 << 4, lmsw = 3 << 4;
constexpr word of(unsigned general) { return word{general} << 8; }

class control_register_exits : public bench {
 protected:
  next write(unsigned number, word value) {
    general().set(rbx, value);
    return exit(control_register, number | of(rbx));
  }
  void refuses(unsigned number, word value) { expect_exception(write(number, value), exception::protection); }
  /// The guest runs, and changes bits in the registers themselves.
  void guest_changes(word in_cr0, word in_cr4) {
    ASSERT_EQ(cpu_->prepare(), next::run);
    hardware().write_vmcs(x86::vmcs::guest_cr0, field_of(x86::vmcs::guest_cr0) ^ in_cr0);
    hardware().write_vmcs(x86::vmcs::guest_cr4, field_of(x86::vmcs::guest_cr4) ^ in_cr4);
  }
  void load_code_segment(bool wide) {
    segments_[vcpu::segment_name::cs].rights =
        x86::segment_rights::real_code | (wide ? x86::segment_rights::long_mode : 0);
    cpu_->set_segments(segments_);
  }
};

TEST_F(control_register_exits, mov_to_a_control_register) {
  general().set(rbx, x86::cr0::pe | x86::cr0::wp);
  expect_done(exit(control_register, 0 | rbx << 8));
  EXPECT_EQ(guest().registers().cr0(), x86::cr0::pe | x86::cr0::et | x86::cr0::wp);
  general().set(9, 0xffff'ffff'0000'5000);  // 32 bits outside 64-bit code
  expect_done(exit(control_register, 3 | 9 << 8));
  EXPECT_EQ(guest().registers().cr3(), 0x5000u);
  general().set(rax, x86::cr4::pse);
  expect_done(exit(control_register, 4));
  EXPECT_EQ(guest().registers().cr4(), x86::cr4::pse);
}

TEST_F(control_register_exits, mov_from_cr3) {
  ASSERT_TRUE(guest().write_cr3(0x7018));
  expect_done(exit(control_register, 3 | 1 << 4 | rdi << 8));
  EXPECT_EQ(general().get(rdi), 0x7018u);
}

TEST_F(control_register_exits, what_a_control_register_does_not_take_is_a_general_protection) {
  general().set(rax, x86::cr0::pg);  // without PE
  expect_exception(exit(control_register), x86::exception::protection);
  EXPECT_EQ(field_of(x86::vmcs::entry_error_code), 0u);
  general().set(rax, x86::cr4::la57);
  expect_exception(exit(control_register, 4), x86::exception::protection);
  EXPECT_EQ(guest().registers().cr4(), 0u);
}

TEST_F(control_register_exits, rsp_is_a_register_like_any_other) {
  expect_done(exit(control_register, 3 | rsp << 8));
  EXPECT_EQ(guest().registers().cr3(), 0x8000u);
  ASSERT_TRUE(guest().write_cr3(0x3000));
  expect_done(exit(control_register, 3 | 1 << 4 | rsp << 8));
  EXPECT_EQ(field_of(x86::vmcs::guest_rsp), 0x3000u);
}

TEST_F(control_register_exits, clts_and_lmsw) {
  ASSERT_TRUE(guest().write_cr0(x86::cr0::pe | x86::cr0::ts | x86::cr0::wp));
  expect_done(exit(control_register, clts));
  EXPECT_EQ(guest().registers().cr0(), x86::cr0::pe | x86::cr0::et | x86::cr0::wp);
  expect_done(exit(control_register, lmsw | word{0xfff0 | 0xe} << 16));
  EXPECT_EQ(guest().registers().cr0(),
            x86::cr0::pe | x86::cr0::et | x86::cr0::wp | x86::cr0::mp | x86::cr0::em | x86::cr0::ts)
      << "PE stays, and bits above 3 do not count";
  expect_done(exit(control_register, lmsw));
  EXPECT_EQ(guest().registers().cr0(), x86::cr0::pe | x86::cr0::et | x86::cr0::wp);
}

TEST_F(control_register_exits, a_register_of_32_bits_outside_64_bit_code) {
  turn_on_level4();
  constexpr word high = word{1} << 33 | 0x1000;
  EXPECT_EQ(write(3, high), next::run);
  load_code_segment(false);
  EXPECT_EQ(exit(control_register, 3 | mov_from | of(rsi)), next::run);
  EXPECT_EQ(general().get(rsi), 0x1000u) << "compatibility mode";
  load_code_segment(true);
  EXPECT_EQ(exit(control_register, 3 | mov_from | of(rsi)), next::run);
  EXPECT_EQ(general().get(rsi), high);
}

TEST_F(control_register_exits, what_hardware_answers_by_itself_is_right_all_the_same) {
  ASSERT_TRUE(guest().write_cr0(cr0::pe | cr0::cd));
  ASSERT_TRUE(guest().write_cr4(cr4::pse));
  general().cr2 = 0x1234;
  const auto read = [&](unsigned number) {
    expect_done(exit(control_register, number | mov_from | of(rdx)));
    return general().get(rdx);
  };
  EXPECT_EQ(read(0), cr0::pe | cr0::et | cr0::cd);
  EXPECT_EQ(read(2), 0x1234u);
  EXPECT_EQ(read(4), cr4::pse);
  expect_done(write(2, 0x5678));
  EXPECT_EQ(general().cr2, 0x5678u);
}

TEST_F(control_register_exits, there_are_no_other_registers) {
  for (const unsigned number : {1u, 5u, 6u, 7u, 9u, 15u}) {
    expect_exception(write(number, 0), exception::undefined);
    expect_exception(exit(control_register, number | mov_from), exception::undefined);
  }
}

TEST_F(control_register_exits, combinations_that_cr0_cannot_hold) {
  refuses(0, cr0::pg);
  refuses(0, cr0::pe | cr0::nw);
  expect_done(write(0, cr0::pe | cr0::nw | cr0::cd));
  turn_on_level4();
  refuses(0, word{1} << 32 | cr0::pe | cr0::pg);
  EXPECT_EQ(guest().registers().cr0(), cr0::pe | cr0::et | cr0::pg | cr0::wp);
}

TEST_F(control_register_exits, cr4_has_the_bits_of_features_that_are_offered) {
  constexpr word offered = 0x7ff | cr4::smep | cr4::smap;
  for (unsigned bit = 0; bit < 32; ++bit) {
    if (has(offered, std::uint64_t{1} << bit)) {
      expect_done(write(4, word{1} << bit));
    } else {
      refuses(4, word{1} << bit);
    }
  }
}

TEST_F(control_register_exits, what_ia32e_mode_needs) {
  turn_on_level4();
  refuses(4, 0);
  constexpr word beyond = word{1} << x86::features{}.maxphyaddr;
  refuses(3, beyond);
  EXPECT_EQ(write(3, beyond >> 1), next::run);
  EXPECT_EQ(guest().registers().cr3(), beyond >> 1);
}

TEST_F(control_register_exits, paging_goes_off_in_compatibility_mode_only) {
  turn_on_level4();
  refuses(0, cr0::pe);
  EXPECT_TRUE(has(guest().registers().efer(), x86::efer::lma));
  load_code_segment(false);
  expect_done(write(0, cr0::pe));
  EXPECT_EQ(guest().registers().efer() & (x86::efer::lma | x86::efer::lme), x86::efer::lme);
}

TEST_F(control_register_exits, ia32e_mode_begins_in_compatibility_mode_and_without_an_old_task) {
  ASSERT_TRUE(guest().restore(cr0::pe, 0x1000, cr4::pae, x86::efer::lme));
  load_code_segment(true);
  refuses(0, cr0::pe | cr0::pg);
  load_code_segment(false);
  segments_[vcpu::segment_name::tr].rights = x86::segment_rights::present | x86::segment_rights::busy_16_bit_tss;
  cpu_->set_segments(segments_);
  refuses(0, cr0::pe | cr0::pg);
  EXPECT_FALSE(has(guest().registers().efer(), x86::efer::lma));
  segments_[vcpu::segment_name::tr].rights = x86::segment_rights::present | x86::segment_rights::busy_32_bit_tss;
  cpu_->set_segments(segments_);
  expect_done(write(0, cr0::pe | cr0::pg));
  EXPECT_TRUE(has(guest().registers().efer(), x86::efer::lma));
}

TEST_F(control_register_exits, a_32_bit_guest_is_free_of_these) {
  load_code_segment(true);
  expect_done(write(0, cr0::pe | cr0::pg));
  expect_done(write(0, cr0::pe));
}

TEST_F(control_register_exits, nothing_is_flushed_for_a_value_that_is_there_already) {
  turn_on_level4();
  ASSERT_EQ(cpu_->prepare(), next::run);
  const auto flushes = [&] { return machine_.count().vcpu_flushes + machine_.count().all_flushes; };
  const auto before = flushes();
  expect_done(write(0, guest().registers().cr0()));
  expect_done(write(4, guest().registers().cr4()));
  expect_done(write(0, guest().registers().cr0() | cr0::ts | cr0::am | cr0::ne));
  EXPECT_EQ(flushes(), before);
  expect_done(write(3, guest().registers().cr3()));
  EXPECT_GT(flushes(), before) << "CR3 flushes, whatever is written";
}

TEST_F(control_register_exits, bits_of_its_own_the_guest_changes_without_an_exit) {
  ASSERT_TRUE(guest().write_cr0(cr0::pe | cr0::cd));
  guest().fpu().activate();
  guest_changes(cr0::ts | cr0::am, cr4::tsd | cr4::de);
  EXPECT_EQ(exit(external_interrupt), next::run);
  EXPECT_EQ(guest().registers().cr0(), cr0::pe | cr0::et | cr0::cd | cr0::ts | cr0::am);
  EXPECT_EQ(guest().registers().cr4(), cr4::tsd | cr4::de);
  ASSERT_EQ(cpu_->prepare(), next::run);
  EXPECT_EQ(field_of(x86::vmcs::guest_cr0) & cr0::ts, cr0::ts);
}

TEST_F(control_register_exits, of_the_other_bits_hardware_knows_nothing) {
  ASSERT_TRUE(guest().write_cr0(cr0::pe | cr0::cd));
  guest_changes(0xffff'ffff, 0xffff'ffff);
  EXPECT_EQ(exit(external_interrupt), next::run);
  EXPECT_EQ(guest().registers().cr0() & ~vcpu::most_owned.cr0, cr0::pe | cr0::et | cr0::cd);
  EXPECT_EQ(guest().registers().cr4() & ~vcpu::most_owned.cr4, 0u);
}

TEST_F(control_register_exits, what_the_guest_does_not_own_exits) {
  guest().own({.cr0 = vcpu::most_owned.cr0 & ~vcpu::fpu_bits, .cr4 = vcpu::most_owned.cr4});
  EXPECT_TRUE(has(field_of(x86::vmcs::cr0_mask), cr0::ts));
  guest_changes(cr0::ts | cr0::am, 0);
  EXPECT_EQ(exit(external_interrupt), next::run);
  EXPECT_EQ(guest().registers().cr0(), cr0::pe | cr0::et | cr0::am);
}

// --- the task priority ---

TEST_F(control_register_exits, cr8_is_the_task_priority) {
  expect_done(write(8, 9));
  expect_done(exit(control_register, 8 | mov_from | of(8)));
  EXPECT_EQ(general().get(8), 9u);
  refuses(8, 0x10);
  turn_on_level4();
  refuses(8, word{1} << 63);
  EXPECT_EQ(guest().state().cr8, 9u);
}

TEST_F(control_register_exits, a_priority_that_falls_is_told_the_vmm) {
  expect_done(write(8, 9));
  expect_done(write(8, 9));
  expect_done(write(8, 15));
  EXPECT_EQ(write(8, 3), next::leave);
  expect_left(request_kind::set_tpr);
  EXPECT_EQ(general().rip, rip + 2) << "the instruction is done";
  EXPECT_EQ(guest().state().cr8, 3u);
}

}  // namespace
}  // namespace umbra::vmx
