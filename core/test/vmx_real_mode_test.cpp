// Real mode in virtual-8086 mode, and guests that are in a state that VM entry does not take.
#include <initializer_list>
#include <vector>

#include "core/test/bench.hpp"
#include "core/vmx/real_mode.hpp"
#include "core/x86/segment.hpp"
#include "core/x86/vmx_controls.hpp"

namespace umbra::vmx {
namespace {

using namespace vcpu::general;
using vcpu::segment_name;
using x86::vmcs;
namespace rights = x86::segment_rights;

constexpr segment_name loaded[] = {segment_name::es, segment_name::cs, segment_name::ss,
                                   segment_name::ds, segment_name::fs, segment_name::gs};

class real : public bench {
 protected:
  void SetUp() override {
    ASSERT_TRUE(guest().restore(x86::cr0::et, 0, 0, 0));
    segments_ = vcpu::segments::at_reset();
    segments_[segment_name::cs] = {0, 0, 0xffff, rights::real_code};
    cpu_->set_segments(segments_);
    general().rip = rip;
    general().set(rsp, 0x8000);
    rflags_ = 2 | x86::rflags::vm;
  }

  void put(std::initializer_list<std::uint8_t> bytes) {
    const std::vector<std::uint8_t> all(bytes);
    place(all);
  }
  void poke(std::uint64_t address, std::uint64_t value, unsigned bytes) {
    machine_.memory().store(machine::ram::address_of_frame(0) + address, value, bytes);
  }
  std::uint64_t peek(std::uint64_t address, unsigned bytes) {
    return machine_.memory().load(machine::ram::address_of_frame(0) + address, bytes);
  }
  void vector(unsigned n, std::uint16_t selector, std::uint16_t offset) {
    poke(4 * n, std::uint64_t{selector} << 16 | offset, 4);
  }
  void set(segment_name n, const vcpu::segment& s) {
    segments_[n] = s;
    cpu_->set_segments(segments_);
  }

  /// Hardware, in virtual-8086 mode, comes to an exception at RIP.
  next raises(x86::exception which, bool with_code = false, word type = 3) {
    EXPECT_EQ(cpu_->prepare(), next::run) << "the guest has run";
    EXPECT_TRUE(cpu_->disguised());
    hardware().inform(vmcs::exit_event, word{1} << 31 | type << 8 | (with_code ? 1u << 11 : 0) | x86::vector_of(which));
    hardware().inform(vmcs::exit_error_code, 0);
    return exit(x86::exit_reason::exception_or_nmi);
  }
  next refuses(std::initializer_list<std::uint8_t> instruction) {
    put(instruction);
    return raises(x86::exception::protection, true);
  }

  /// The guest is about to execute selector:offset, having been interrupted at `back`.
  void expect_interrupted(word selector, word offset, word back, word flags = 2) {
    EXPECT_EQ(cpu_->segments()[segment_name::cs].selector, selector);
    EXPECT_EQ(general().rip, offset);
    EXPECT_EQ(general().get(rsp), 0x7ffau);
    EXPECT_EQ(peek(0x7ffa, 2), back);
    EXPECT_EQ(peek(0x7ffc, 2), 0u);
    EXPECT_EQ(peek(0x7ffe, 2), flags);
    EXPECT_FALSE(guest().events().pending());
  }
};

// --- in virtual-8086 mode ---

TEST_F(real, hardware_gets_virtual_8086_mode) {
  set(segment_name::ds, {0x1234, 0x12340, 0xffff, rights::real_data});
  general().rflags = 0x202 | x86::rflags::iopl;
  ASSERT_EQ(cpu_->prepare(), next::run);
  const vcpu::segments s = cpu_->vmcs().read_segments();
  for (const segment_name n : loaded) EXPECT_EQ(s[n].rights, 0xf3u);
  EXPECT_EQ(s[segment_name::ds].selector, 0x1234u);
  EXPECT_EQ(s[segment_name::ds].base, 0x12340u);
  EXPECT_EQ(s[segment_name::tr].rights, rights::present | rights::busy_32_bit_tss);
  EXPECT_LT(s[segment_name::tr].limit, 103u) << "no I/O map";
  EXPECT_EQ(field_of(vmcs::guest_rflags), 0x202u | x86::rflags::vm) << "IOPL is 0, so that what depends on it exits";
  EXPECT_EQ(field_of(vmcs::exception_bitmap), 0xffff'ffffu);
  EXPECT_NE(field_of(vmcs::guest_cr0) & x86::cr0::pe, 0u);
  EXPECT_EQ(field_of(vmcs::cr0_shadow) & x86::cr0::pe, 0u);
  EXPECT_TRUE(hardware().enter());
  hardware().leave();
}

TEST_F(real, nothing_binds_cpl_3_that_real_mode_has_not) {
  ASSERT_TRUE(guest().restore(x86::cr0::et | x86::cr0::am | x86::cr0::ts, 0,
                              x86::cr4::vme | x86::cr4::pvi | x86::cr4::tsd | x86::cr4::de, 0));
  ASSERT_EQ(cpu_->prepare(), next::run);
  EXPECT_EQ(field_of(vmcs::guest_cr0) & (x86::cr0::am | x86::cr0::ts), x86::cr0::ts);
  EXPECT_EQ(field_of(vmcs::guest_cr4) & (x86::cr4::vme | x86::cr4::pvi | x86::cr4::tsd | x86::cr4::de), x86::cr4::de);
  ASSERT_EQ(exit(x86::exit_reason::external_interrupt), next::run);
  EXPECT_EQ(guest().registers().cr0(), x86::cr0::et | x86::cr0::am | x86::cr0::ts);
  EXPECT_EQ(guest().registers().cr4(), x86::cr4::vme | x86::cr4::pvi | x86::cr4::tsd | x86::cr4::de);
}

TEST_F(real, the_guest_sees_its_own_registers) {
  general().rflags = 2 | x86::rflags::iopl;
  vcpu::segments s = segments_;
  s[segment_name::ds].rights = rights::real_code;  // loaded in protected mode
  s[segment_name::tr] = {0x28, 0x5000, 0x67, rights::present | rights::busy_16_bit_tss};
  cpu_->set_segments(s);
  ASSERT_EQ(cpu_->prepare(), next::run);
  EXPECT_TRUE(cpu_->segments().same_as(s));
  // It loads DS.
  hardware().inform(vmcs::guest_ds_selector, 0x2000);
  hardware().inform(vmcs::guest_ds_base, 0x20000);
  rflags_ |= x86::rflags::cf;
  ASSERT_EQ(exit(x86::exit_reason::external_interrupt), next::run);
  EXPECT_EQ(general().rflags, 2 | x86::rflags::iopl | x86::rflags::cf);
  s[segment_name::ds].selector = 0x2000;
  s[segment_name::ds].base = 0x20000;
  EXPECT_TRUE(cpu_->segments().same_as(s));
  EXPECT_EQ(cpu_->cpl(), 0u);
}

TEST_F(real, an_exit_with_a_handler_is_answered_as_ever) {
  ASSERT_EQ(cpu_->prepare(), next::run);
  EXPECT_EQ(exit(x86::exit_reason::cpuid), next::run);
  EXPECT_EQ(general().get(rbx), 0x756e'6547u);
  EXPECT_EQ(general().rip, rip + 2);
}

TEST_F(real, what_virtual_8086_mode_refuses_is_executed) {
  general().rflags = 0x202;
  rflags_ |= 0x200;
  EXPECT_EQ(refuses({0xfa}), next::run);  // CLI
  EXPECT_EQ(general().rflags, 2u);
  EXPECT_EQ(general().rip, rip + 1);
  ASSERT_EQ(cpu_->prepare(), next::run);
  EXPECT_EQ(field_of(vmcs::guest_rflags), 2 | x86::rflags::vm);

  rflags_ = 2 | x86::rflags::vm;
  poke(0x8000, 0x3202, 2);
  ASSERT_EQ(refuses({0x9d}), next::run);  // POPF
  EXPECT_EQ(general().rflags, 0x3202u) << "IOPL is the guest's own";
  ASSERT_EQ(refuses({0x9c}), next::run);  // PUSHF
  EXPECT_EQ(peek(0x7ffe, 2), 0x3002u) << "VM and IOPL of hardware do not show";
}

TEST_F(real, out_and_in_reach_userspace) {
  general().set(rax, 0x41);
  ASSERT_EQ(refuses({0xe6, 0xe9}), next::leave);
  EXPECT_EQ(cpu_->request().kind, request_kind::io);
  EXPECT_TRUE(cpu_->io().write);
  EXPECT_EQ(cpu_->io().address, 0xe9u);
  EXPECT_EQ(cpu_->io().data[0], 0x41u);
  EXPECT_EQ(cpu_->complete(), next::run);
  EXPECT_EQ(general().rip, rip + 2);
  ASSERT_EQ(refuses({0xe4, 0x60}), next::leave);
  cpu_->io().data[0] = 0x77;
  EXPECT_EQ(cpu_->complete(), next::run);
  EXPECT_EQ(general().get(rax), 0x77u);
}

TEST_F(real, hlt_halts) {
  ASSERT_EQ(refuses({0xf4}), next::leave);
  expect_left(request_kind::hlt);
  EXPECT_EQ(general().rip, rip + 1);
}

TEST_F(real, an_instruction_with_an_exit_of_its_own_is_served) {
  general().set(rcx, static_cast<std::uint32_t>(x86::msr::efer));
  ASSERT_EQ(refuses({0x0f, 0x32}), next::run);  // RDMSR
  EXPECT_EQ(general().get(rax), 0u);
  EXPECT_EQ(general().rip, rip + 2);
}

TEST_F(real, a_base_that_is_no_selectors_takes_the_guest_out_of_virtual_8086_mode) {
  general().set(rcx, static_cast<std::uint32_t>(x86::msr::fs_base));
  general().set(rax, 0x12345678);
  ASSERT_EQ(refuses({0x0f, 0x30, 0xeb, 0xfe}), next::run);  // WRMSR; JMP $
  EXPECT_EQ(cpu_->prepare(), next::again);
  EXPECT_FALSE(cpu_->disguised());
  EXPECT_EQ(cpu_->segments()[segment_name::fs].base, 0x1234'5678u);
  EXPECT_EQ(cpu_->segments()[segment_name::ds].rights, rights::real_data);
}

TEST_F(real, what_real_mode_refuses_too_is_the_guests) {
  vector(13, 0x200, 0x40);
  poke(0x200, 1, 1);
  put({0xa1, 0xff, 0xff});  // MOV AX, [FFFFH]
  ASSERT_EQ(raises(x86::exception::protection, true), next::run);
  ASSERT_EQ(cpu_->prepare(), next::run);
  expect_interrupted(0x200, 0x40, rip);
}

TEST_F(real, so_is_what_the_emulator_does_not_know) {
  vector(13, 0x200, 0x40);
  ASSERT_EQ(refuses({0xdd, 0x1e, 0xff, 0xff}), next::run);  // FSTP [FFFFH]
  ASSERT_EQ(cpu_->prepare(), next::run);
  expect_interrupted(0x200, 0x40, rip);
}

TEST_F(real, int_n_goes_through_the_vector_table) {
  vector(0x21, 0x300, 0x10);
  general().rflags = 0x202;
  rflags_ |= 0x200;
  ASSERT_EQ(refuses({0xcd, 0x21}), next::run);
  expect_interrupted(0x300, 0x10, rip + 2, 0x202);
  EXPECT_EQ(general().rflags & x86::rflags::interrupt, 0u);
}

TEST_F(real, int_n_that_is_refused_in_its_delivery_does_so_too) {
  vector(0x21, 0x300, 0x10);
  interrupted(0x8000'0421);
  ASSERT_EQ(refuses({0xcd, 0x21}), next::run);
  ASSERT_EQ(cpu_->prepare(), next::run);
  expect_interrupted(0x300, 0x10, rip + 2);
}

TEST_F(real, a_fault_returns_to_the_instruction_and_a_software_exception_behind_it) {
  vector(6, 0x300, 0x10);
  ASSERT_EQ(raises(x86::exception::undefined), next::run);
  ASSERT_EQ(cpu_->prepare(), next::run);
  expect_interrupted(0x300, 0x10, rip);
  EXPECT_EQ(field_of(vmcs::entry_event), 0u);
  EXPECT_EQ(cpu_->vmcs().read<vmcs::guest_cs_base>(), 0x3000u);
  vector(3, 0x400, 0x20);
  segments_ = cpu_->segments();
  set(segment_name::cs, {0, 0, 0xffff, rights::real_code});
  constexpr word software_exception = 6;
  ASSERT_EQ(raises(x86::exception::breakpoint, false, software_exception), next::run);
  ASSERT_EQ(cpu_->prepare(), next::run);
  expect_interrupted(0x400, 0x20, rip + 2);
}

TEST_F(real, a_double_fault_has_its_vector_and_what_fails_then_is_a_shutdown) {
  segments_.idtr.limit = 8 * 4 + 3;  // vectors 0 to 8
  cpu_->set_segments(segments_);
  vector(8, 0x300, 0x10);
  ASSERT_EQ(refuses({0xa1, 0xff, 0xff}), next::run);  // MOV AX, [FFFFH]
  ASSERT_EQ(cpu_->prepare(), next::run);
  EXPECT_EQ(general().rip, 0x10u) << "#GP has no vector, so it is #DF's";
  segments_ = cpu_->segments();
  segments_.idtr.limit = 0;
  segments_[segment_name::cs] = {0, 0, 0xffff, rights::real_code};
  cpu_->set_segments(segments_);
  ASSERT_EQ(raises(x86::exception::undefined), next::run);
  EXPECT_EQ(cpu_->prepare(), next::leave);
  expect_left(request_kind::shutdown);
}

TEST_F(real, a_stack_in_a_device_is_asked_for_on_delivery) {
  vector(6, 0x300, 0x10);
  set(segment_name::ss, {0xa000, 0xa0000, 0xffff, rights::real_data});
  ASSERT_EQ(raises(x86::exception::undefined), next::run);
  word pushed[3] = {};
  for (word& each : pushed) {
    const next n = &each == pushed ? cpu_->prepare() : cpu_->complete();
    ASSERT_EQ(n, next::leave);
    EXPECT_EQ(cpu_->request().kind, request_kind::mmio);
    EXPECT_TRUE(cpu_->waits());
    each = cpu_->io().data[0];
  }
  EXPECT_TRUE(guest().events().pending());
  EXPECT_EQ(cpu_->complete(), next::run);
  EXPECT_FALSE(guest().events().pending());
  EXPECT_EQ(pushed[0], 2u);
  EXPECT_EQ(pushed[1], 0u);
  EXPECT_EQ(pushed[2], rip);
  EXPECT_EQ(general().rip, 0x10u);
}

TEST_F(real, events_that_are_restored_drop_a_delivery_that_waits_for_a_device) {
  vector(2, 0x300, 0x10);
  set(segment_name::ss, {0xa000, 0xa0000, 0xffff, rights::real_data});
  const auto nmi_waits_for_its_stack = [&] {
    general().rip = rip;
    guest().state().blocking = 0;
    ASSERT_TRUE(cpu_->nmi());
    ASSERT_EQ(cpu_->prepare(), next::leave);
    EXPECT_EQ(cpu_->request().kind, request_kind::mmio);
    ASSERT_TRUE(cpu_->waits());
  };
  nmi_waits_for_its_stack();
  ASSERT_TRUE(cpu_->restore_events({}));
  EXPECT_FALSE(cpu_->waits());
  EXPECT_EQ(guest().nmis().waiting(), 0u);
  put({0xf4});
  EXPECT_EQ(cpu_->prepare(), next::run);
  EXPECT_EQ(general().rip, rip);
  EXPECT_EQ(guest().nmis().waiting(), 0u);

  nmi_waits_for_its_stack();
  vcpu::saved_events other;
  other.has_exception = true;
  other.exception = vcpu::event::exception(x86::exception::undefined);
  ASSERT_TRUE(cpu_->restore_events(other));
  EXPECT_FALSE(cpu_->waits());
  EXPECT_TRUE(guest().events().pending()) << "which is not what was being delivered";
}

TEST_F(real, events_that_are_refused_leave_a_delivery_alone) {
  vector(2, 0x300, 0x10);
  set(segment_name::ss, {0xa000, 0xa0000, 0xffff, rights::real_data});
  ASSERT_TRUE(cpu_->nmi());
  ASSERT_EQ(cpu_->prepare(), next::leave);
  vcpu::saved_events wrong;
  wrong.nmis = 3;
  EXPECT_FALSE(cpu_->restore_events(wrong));
  EXPECT_TRUE(cpu_->waits());
  while (cpu_->complete() == next::leave) ASSERT_TRUE(cpu_->waits());
  EXPECT_EQ(general().rip, 0x10u);
  EXPECT_EQ(guest().nmis().waiting(), 0u);
}

TEST_F(real, an_nmi_blocks_others_until_its_handler_returns) {
  vector(2, 0x300, 0x10);
  ASSERT_TRUE(cpu_->nmi());
  ASSERT_TRUE(cpu_->nmi());
  ASSERT_EQ(cpu_->prepare(), next::run);
  expect_interrupted(0x300, 0x10, rip);
  EXPECT_EQ(field_of(vmcs::guest_interruptibility), x86::interruptibility::by_nmi);
  EXPECT_EQ(guest().nmis().waiting(), 1u);
}

TEST_F(real, an_interrupt_waits_until_the_guest_takes_it) {
  vector(0x30, 0x300, 0x10);
  cpu_->interrupt(0x30);
  ASSERT_EQ(cpu_->prepare(), next::run);
  EXPECT_EQ(general().rip, rip);
  EXPECT_NE(field_of(vmcs::processor_controls) & x86::processor_control::interrupt_window_exiting, 0u);
  general().rflags |= x86::rflags::interrupt;
  ASSERT_EQ(cpu_->prepare(), next::run);
  EXPECT_EQ(general().rip, 0x10u);
  EXPECT_FALSE(has(general().rflags, x86::rflags::interrupt));
  EXPECT_TRUE(guest().interrupts().empty());
  EXPECT_EQ(field_of(vmcs::processor_controls) & x86::processor_control::interrupt_window_exiting, 0u);
}

TEST_F(real, without_an_emulator_there_is_none) {
  make_cpu(false);
  SetUp();
  EXPECT_EQ(cpu_->prepare(), next::leave);
  expect_left(request_kind::internal_error);
  EXPECT_EQ(cpu_->request().error, internal_error::emulation);
}

// --- between the modes ---

TEST_F(real, protected_mode_begins_with_real_modes_segments) {
  poke(0x600 + 8, 0x00cf'9b00'0000'ffff, 8);
  poke(0x600 + 16, 0x00cf'9300'0000'ffff, 8);
  segments_.gdtr = {0x600, 0xff};
  cpu_->set_segments(segments_);
  ASSERT_EQ(cpu_->prepare(), next::run);
  hardware().inform(vmcs::guest_ds_selector, 0x1233);  // its RPL is above its DPL
  hardware().inform(vmcs::guest_ds_base, 0x12330);
  general().set(rax, x86::cr0::pe);
  // MOV CR0, EAX; JMP FAR 8:500H; and there: MOV EAX, 10H; MOV DS, EAX
  ASSERT_EQ(refuses({0x0f, 0x22, 0xc0, 0xea, 0x00, 0x05, 0x08, 0x00}), next::run);
  EXPECT_EQ(general().rip, rip + 3);
  EXPECT_EQ(cpu_->segments()[segment_name::cs].rights, rights::real_code);
  poke(0x500, 0x10b8, 8);
  poke(0x505, 0xd88e, 2);
  ASSERT_EQ(cpu_->prepare(), next::run);
  EXPECT_FALSE(cpu_->disguised());
  EXPECT_EQ(general().rip, 0x507u);
  EXPECT_EQ(field_of(vmcs::guest_cs_selector), 8u);
  EXPECT_EQ(field_of(vmcs::guest_ds_selector), 0x10u);
  EXPECT_EQ(field_of(vmcs::exception_bitmap) & 1u << 13, 0u);
  EXPECT_EQ(field_of(vmcs::guest_rflags) & x86::rflags::vm, 0u);
}

TEST_F(real, a_switch_takes_along_what_the_guest_has_loaded) {
  ASSERT_EQ(cpu_->prepare(), next::run);
  hardware().inform(vmcs::guest_ds_selector, 0x2000);
  hardware().inform(vmcs::guest_ds_base, 0x20000);
  general().set(rax, x86::cr0::pe);
  ASSERT_EQ(refuses({0x0f, 0x22, 0xc0}), next::run);
  ASSERT_EQ(cpu_->prepare(), next::run);
  EXPECT_FALSE(cpu_->disguised());
  EXPECT_EQ(field_of(vmcs::guest_ds_base), 0x20000u);
  EXPECT_EQ(field_of(vmcs::guest_ds_rights), rights::real_data);
  EXPECT_EQ(field_of(vmcs::guest_tr_limit), 0xffffu) << "its own, not the disguise's";
}

TEST_F(real, limits_of_protected_mode_last) {
  set(segment_name::ds, {0, 0, 0xffff'ffff, rights::real_data | rights::granularity});
  // MOV BYTE [EBX], 7 with EBX = 20000H: beyond 64 KiB
  put({0x67, 0xc6, 0x03, 0x07, 0x1e, 0x1f, 0xeb, 0xfe});  // PUSH DS; POP DS; JMP $
  general().set(rbx, 0x20000);
  EXPECT_EQ(cpu_->prepare(), next::again) << "limits stay with a load in real mode";
  EXPECT_FALSE(cpu_->disguised());
  EXPECT_EQ(machine_.memory().load(machine::ram::address_of_frame(0x20), 1), 7u);
  EXPECT_EQ(cpu_->segments()[segment_name::ds].limit, 0xffff'ffffu);
  EXPECT_EQ(cpu_->prepare(), next::again) << "and again, as long as the guest likes";
}

TEST_F(real, what_reset_leaves_ends_with_the_first_far_jump) {
  vcpu::segments s = vcpu::segments::at_reset();
  s[segment_name::cs].base = 0x1000;  // not F000H << 4
  cpu_->set_segments(s);
  poke(0x1000 + rip, 0xea, 1);  // JMP FAR 200H:3
  poke(0x1000 + rip + 1, 0x0003, 2);
  poke(0x1000 + rip + 3, 0x0200, 2);
  ASSERT_EQ(cpu_->prepare(), next::run);
  EXPECT_TRUE(cpu_->disguised());
  EXPECT_EQ(general().rip, 3u);
  EXPECT_EQ(field_of(vmcs::guest_cs_base), 0x2000u);
}

TEST_F(real, an_exception_of_an_emulated_instruction_goes_through_the_table) {
  vector(6, 0x300, 0x10);
  vcpu::segments s = segments_;
  s[segment_name::ds].limit = 0x100;
  cpu_->set_segments(s);
  put({0x0f, 0x0b});
  poke(0x3010, 0xfeeb, 2);
  EXPECT_EQ(cpu_->prepare(), next::again);
  expect_interrupted(0x300, 0x10, rip);
}

TEST_F(real, single_steps_trap_where_every_instruction_is_emulated) {
  vector(1, 0x300, 0x10);
  poke(0x3010, 0xfeeb, 2);
  vcpu::segments s = segments_;
  s[segment_name::ds].limit = 0x100;
  cpu_->set_segments(s);
  general().rflags = 2 | x86::rflags::tf;
  put({0x90});
  EXPECT_EQ(cpu_->prepare(), next::again);
  expect_interrupted(0x300, 0x10, rip + 1, 2 | x86::rflags::tf);
  EXPECT_EQ(field_of(vmcs::guest_pending_debug), 0u);
  EXPECT_NE(guest().state().dr6 & x86::dr6::bs, 0u);
}

TEST_F(real, an_instruction_that_prepare_executes_may_leave) {
  vcpu::segments s = segments_;
  s[segment_name::ds].limit = 0x100;
  cpu_->set_segments(s);
  put({0xe4, 0x60, 0xf4});  // IN AL, 60H; HLT
  ASSERT_EQ(cpu_->prepare(), next::leave);
  ASSERT_EQ(cpu_->request().kind, request_kind::io);
  cpu_->io().data[0] = 9;
  ASSERT_EQ(cpu_->complete(), next::run);
  EXPECT_EQ(general().get(rax), 9u);
  ASSERT_EQ(cpu_->prepare(), next::leave);
  expect_left(request_kind::hlt);
}

TEST_F(real, protected_mode_cannot_deliver_where_it_cannot_be_entered) {
  ASSERT_TRUE(guest().restore(x86::cr0::pe | x86::cr0::et, 0, 0, 0));
  set(segment_name::ds, {0x3, 0, 0xffff, rights::real_data});
  put({0x0f, 0x0b});
  EXPECT_EQ(cpu_->prepare(), next::leave);
  EXPECT_EQ(cpu_->request().error, internal_error::emulation);
}

TEST_F(real, code_outside_memory_is_an_internal_error) {
  cpu_->set_segments(vcpu::segments::at_reset());
  general().rip = 0xfff0;
  EXPECT_EQ(cpu_->prepare(), next::leave);
  EXPECT_EQ(cpu_->request().error, internal_error::emulation);
}

TEST_F(real, the_vmm_can_move_the_vcpu_out_of_it_and_back) {
  ASSERT_EQ(cpu_->prepare(), next::run);
  const vcpu::segments was = cpu_->segments();
  ASSERT_TRUE(guest().restore(x86::cr0::pe | x86::cr0::et, 0, 0, 0));
  cpu_->set_segments(vcpu::segments::at_reset());
  ASSERT_EQ(cpu_->prepare(), next::run);
  EXPECT_FALSE(cpu_->disguised());
  EXPECT_EQ(field_of(vmcs::guest_cs_rights), rights::real_code);
  ASSERT_TRUE(guest().restore(x86::cr0::et, 0, 0, 0));
  cpu_->set_segments(was);
  ASSERT_EQ(cpu_->prepare(), next::run);
  EXPECT_TRUE(cpu_->disguised());
  EXPECT_TRUE(cpu_->segments().same_as(was));
}

}  // namespace
}  // namespace umbra::vmx
