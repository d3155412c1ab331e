// Debug registers, debug exceptions, and a VMM that debugs its guest.
#include "core/test/bench.hpp"
#include "core/x86/debug.hpp"
#include "core/x86/interruptibility.hpp"
#include "core/x86/msr.hpp"
#include "core/x86/vmx_controls.hpp"

namespace umbra::vmx {
namespace {

using namespace vcpu::general;
using enum x86::exit_reason;
using x86::exception;
namespace dr6 = x86::dr6;
namespace dr7 = x86::dr7;

class debugging : public bench {
 protected:
  next write(unsigned number, word value) {
    general().set(rbx, value);
    return exit(debug_register, number | word{rbx} << 8);
  }
  next read(unsigned number) { return exit(debug_register, number | 1 << 4 | word{rbp} << 8); }
  word got() { return general().get(rbp); }
  void refuses(unsigned number, word value) { expect_exception(write(number, value), exception::protection); }

  next exception_exit(word event, word qualification = 0) {
    hardware().inform(x86::vmcs::exit_event, event);
    return exit(exception_or_nmi, qualification, 1);
  }
  next debug_exit(word causes) { return exception_exit(0x8000'0301, causes); }
  void turn_on_extensions() {
    ASSERT_TRUE(guest().write_cr4(x86::cr4::de));
    ASSERT_EQ(cpu_->prepare(), next::run) << "the bit is the guest's own";
  }
  void expect_told(exception which, word causes) {
    expect_left(request_kind::debug);
    EXPECT_EQ(cpu_->request().debug.vector, x86::vector_of(which));
    EXPECT_EQ(cpu_->request().debug.dr6, causes | dr6::ones);
    EXPECT_EQ(cpu_->request().debug.pc, rip + segments_[vcpu::segment_name::cs].base);
  }
  bool intercepts(exception e) { return (field_of(x86::vmcs::exception_bitmap) >> x86::vector_of(e) & 1) != 0; }
  bool traps() { return has(field_of(x86::vmcs::processor_controls), x86::processor_control::monitor_trap_flag); }
};

// --- MOV to and from debug registers ---

TEST_F(debugging, registers_hold_what_they_can) {
  for (unsigned n = 0; n < 4; ++n) expect_done(write(n, 0x1000 + n));
  for (unsigned n = 0; n < 4; ++n) {
    expect_done(read(n));
    EXPECT_EQ(got(), 0x1000u + n);
  }
  expect_done(write(6, 0xffff'ffff));
  expect_done(read(6));
  EXPECT_EQ(got(), 0xffff'effful & (dr6::writable | dr6::ones));
  expect_done(write(6, 0));
  expect_done(read(6));
  EXPECT_EQ(got(), dr6::ones);
  expect_done(write(7, 0xffff'ffff & ~dr7::gd));
  expect_done(read(7));
  EXPECT_EQ(got(), 0xffff'07fful);
  EXPECT_EQ(field_of(x86::vmcs::guest_dr7), 0xffff'07fful);
}

TEST_F(debugging, upper_halves_are_reserved_in_64_bit_code_and_do_not_count_elsewhere) {
  expect_done(write(7, word{1} << 32 | 1));
  EXPECT_EQ(guest().state().dr7, dr7::ones | 1);
  guest().state().breakpoint[2] = 0xffff'8000'0000'1234;
  expect_done(read(2));
  EXPECT_EQ(got(), 0x1234u);
  turn_on_level4();
  refuses(6, word{1} << 32);
  refuses(7, word{1} << 63);
  EXPECT_EQ(guest().state().dr7, dr7::ones | 1);
  expect_done(write(3, 0xffff'8000'0000'1234));
  EXPECT_EQ(guest().state().breakpoint[3], 0xffff'8000'0000'1234);
}

TEST_F(debugging, dr4_and_dr5_are_other_names_or_nothing) {
  expect_done(write(5, 2));
  EXPECT_EQ(guest().state().dr7, dr7::ones | 2);
  expect_done(read(4));
  EXPECT_EQ(got(), dr6::ones);
  turn_on_extensions();
  for (const unsigned n : {4u, 5u}) {
    expect_exception(write(n, 0), exception::undefined);
    expect_exception(read(n), exception::undefined);
  }
  expect_done(read(6));
}

TEST_F(debugging, they_are_for_the_supervisor) {
  run_at_privilege(3);
  refuses(0, 0);
  expect_exception(read(7), exception::protection);
  turn_on_extensions();
  expect_exception(read(4), exception::undefined);
}

TEST_F(debugging, general_detect_guards_them_once) {
  expect_done(write(7, dr7::gd));
  expect_exception(read(0), exception::debug);
  EXPECT_EQ(guest().state().dr6, dr6::ones | dr6::bd);
  EXPECT_EQ(guest().state().dr7, dr7::ones) << "so that the handler can use them";
  EXPECT_EQ(field_of(x86::vmcs::guest_dr7), dr7::ones);
  EXPECT_TRUE(has(guest().general().rflags, x86::rflags::rf)) << "it is a fault";
  expect_done(read(0));
}

// --- debug exceptions of the guest ---

TEST_F(debugging, a_debug_exception_is_the_guests_with_its_causes) {
  guest().state().dr6 = dr6::ones | dr6::bd | 0xf;
  expect_exception(debug_exit(dr6::bs | 1), exception::debug);
  EXPECT_EQ(guest().state().dr6, dr6::ones | dr6::bd | dr6::bs | 1) << "breakpoints of before go, the rest stays";
  EXPECT_FALSE(has(field_of(x86::vmcs::entry_event), x86::event_field::has_error_code));
  EXPECT_FALSE(has(guest().general().rflags, x86::rflags::rf)) << "hardware has said whether it is a fault";
}

TEST_F(debugging, its_delivery_ends_branch_stepping_and_blocking) {
  ASSERT_TRUE(cpu_->write_msr(static_cast<std::uint32_t>(x86::msr::debugctl), x86::debugctl::btf, msr_user::guest));
  cpu_->vmcs().write<x86::vmcs::guest_interruptibility>(word{x86::interruptibility::by_sti});
  rflags_ |= x86::rflags::tf;
  expect_exception(debug_exit(dr6::bs), exception::debug);
  EXPECT_EQ(field_of(x86::vmcs::guest_debugctl), 0u);
  EXPECT_EQ(field_of(x86::vmcs::guest_interruptibility), 0u);
}

TEST_F(debugging, int1_and_int3_are_delivered_as_what_they_are) {
  EXPECT_EQ(exception_exit(0x8000'0501), next::run);
  EXPECT_EQ(delivered(), x86::vector_of(exception::debug));
  EXPECT_EQ(field_of(x86::vmcs::entry_event), 0x8000'0501u);
  EXPECT_EQ(field_of(x86::vmcs::entry_instruction_length), 1u);
  EXPECT_EQ(guest().state().dr6, dr6::ones);
  EXPECT_EQ(exception_exit(0x8000'0603), next::run);
  EXPECT_EQ(delivered(), x86::vector_of(exception::breakpoint));
  EXPECT_EQ(field_of(x86::vmcs::entry_event), 0x8000'0603u);
}

TEST_F(debugging, hardware_has_the_breakpoints_that_are_enabled) {
  std::array<word, 4> loaded{};
  guest().state().breakpoint = {1, 2, 3, 4};
  EXPECT_FALSE(cpu_->breakpoints(loaded));
  expect_done(write(7, 0x80));
  ASSERT_TRUE(cpu_->breakpoints(loaded));
  EXPECT_EQ(loaded, (std::array<word, 4>{1, 2, 3, 4}));
}

// --- a VMM that debugs ---

TEST_F(debugging, a_vmms_breakpoints_are_in_force_instead_of_the_guests) {
  expect_done(write(7, 0x3));
  ASSERT_TRUE(cpu_->set_guest_debug({.hardware_breakpoints = true, .breakpoint = {0x100, 0, 0, 0}, .dr7 = 0x2401}));
  EXPECT_EQ(field_of(x86::vmcs::guest_dr7), dr7::ones | 1) << "without GD";
  std::array<word, 4> loaded{};
  ASSERT_TRUE(cpu_->breakpoints(loaded));
  EXPECT_EQ(loaded[0], 0x100u);
  EXPECT_EQ(debug_exit(1), next::leave);
  expect_told(exception::debug, 1);
  EXPECT_EQ(cpu_->request().debug.dr7, dr7::ones | 1);
  EXPECT_EQ(guest().state().dr6, dr6::ones) << "the guest knows nothing";
  expect_done(read(7));
  EXPECT_EQ(got(), dr7::ones | 3);
  expect_exception(debug_exit(dr6::bs), exception::debug);
  ASSERT_TRUE(cpu_->set_guest_debug({}));
  EXPECT_EQ(field_of(x86::vmcs::guest_dr7), dr7::ones | 3);
}

TEST_F(debugging, a_step_of_the_guests_is_not_lost_to_a_vmms_breakpoint) {
  ASSERT_TRUE(cpu_->set_guest_debug({.hardware_breakpoints = true, .breakpoint = {}, .dr7 = 1}));
  EXPECT_EQ(debug_exit(dr6::bs | 1), next::leave);
  EXPECT_EQ(field_of(x86::vmcs::guest_pending_debug), x86::pending_debug::single_step);
}

TEST_F(debugging, int3_is_told_if_wanted) {
  EXPECT_FALSE(intercepts(exception::breakpoint));
  ASSERT_TRUE(cpu_->set_guest_debug({.software_breakpoints = true, .breakpoint = {}, .dr7 = {}}));
  EXPECT_TRUE(intercepts(exception::breakpoint));
  EXPECT_TRUE(intercepts(exception::debug));
  EXPECT_EQ(exception_exit(0x8000'0603), next::leave);
  expect_told(exception::breakpoint, 0);
  ASSERT_TRUE(cpu_->set_guest_debug({}));
  EXPECT_FALSE(intercepts(exception::breakpoint));
  EXPECT_TRUE(intercepts(exception::debug)) << "without it a guest can keep a processor busy for ever";
}

TEST_F(debugging, a_step_ends_behind_each_instruction) {
  EXPECT_FALSE(traps());
  ASSERT_TRUE(cpu_->set_guest_debug({.single_step = true, .breakpoint = {}, .dr7 = {}}));
  EXPECT_TRUE(traps());
  EXPECT_EQ(exit(monitor_trap_flag), next::leave);
  expect_told(exception::debug, dr6::bs);
  EXPECT_EQ(exit(cpuid), next::run);
  EXPECT_EQ(cpu_->prepare(), next::leave) << "an instruction that the core has executed";
  expect_left(request_kind::debug);
  EXPECT_EQ(cpu_->request().debug.pc, segments_[vcpu::segment_name::cs].base + rip + 2);
  EXPECT_EQ(cpu_->prepare(), next::run);
  ASSERT_TRUE(cpu_->set_guest_debug({}));
  EXPECT_FALSE(traps());
  EXPECT_EQ(exit(monitor_trap_flag), next::run);
}

TEST_F(debugging, a_processor_that_cannot_step_says_so) {
  controls_.can_step = false;
  make_cpu();
  EXPECT_FALSE(cpu_->set_guest_debug({.single_step = true, .breakpoint = {}, .dr7 = {}}));
  EXPECT_FALSE(traps());
}

TEST_F(debugging, a_vmm_restores_what_a_guest_can_have) {
  EXPECT_TRUE(cpu_->set_debug_registers({1, 2, 3, 4}, 0xffff'ffff, 0x401));
  EXPECT_EQ(guest().state().dr6, dr6::writable | dr6::ones);
  EXPECT_EQ(field_of(x86::vmcs::guest_dr7), 0x401u);
  EXPECT_FALSE(cpu_->set_debug_registers({5, 6, 7, 8}, word{1} << 32, 0));
  EXPECT_FALSE(cpu_->set_debug_registers({5, 6, 7, 8}, 0, word{1} << 32));
  EXPECT_EQ(guest().state().breakpoint[0], 1u);
}

}  // namespace
}  // namespace umbra::vmx
