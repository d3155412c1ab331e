// RDMSR and WRMSR.
#include "core/test/bench.hpp"
#include "core/vcpu/msr_table.hpp"
#include "core/vmx/exchanged_msrs.hpp"
#include "core/x86/debug.hpp"
#include "core/x86/msr.hpp"

namespace umbra::vmx {
namespace {

using namespace vcpu::general;
using enum x86::msr;
using x86::exception;
using x86::msr;

constexpr word number_of(msr which) { return static_cast<std::uint32_t>(which); }

class msr_exits : public bench {
 protected:
  next write(word number, word value) {
    general().set(rcx, 0xffff'ffff'0000'0000 | number);  // only the lower halves count
    general().set(rax, 0xabcd'ef01'0000'0000 | (value & 0xffff'ffff));
    general().set(rdx, 0xabcd'ef01'0000'0000 | value >> 32);
    return exit(x86::exit_reason::wrmsr);
  }
  void takes(msr which, word value) {
    SCOPED_TRACE(testing::Message() << std::hex << number_of(which) << " = " << value);
    expect_done(write(number_of(which), value));
    EXPECT_EQ(read(which), value);
  }
  void refuses(msr which, word value) {
    SCOPED_TRACE(testing::Message() << std::hex << number_of(which) << " = " << value);
    word before = 0, after = 0;
    const bool readable = cpu_->read_msr(number_of(which), before, msr_user::guest);
    expect_exception(write(number_of(which), value), exception::protection);
    EXPECT_EQ(field_of(x86::vmcs::entry_error_code), 0u);
    EXPECT_EQ(cpu_->read_msr(number_of(which), after, msr_user::guest), readable);
    EXPECT_EQ(after, before);
  }
  word read(msr which) {
    general().set(rcx, 0xffff'ffff'0000'0000 | number_of(which));
    general().set(rax, ~word{0});
    general().set(rdx, ~word{0});
    expect_done(exit(x86::exit_reason::rdmsr));
    EXPECT_EQ(general().get(rax) >> 32, 0u);
    EXPECT_EQ(general().get(rdx) >> 32, 0u);
    return general().get(rax) | general().get(rdx) << 32;
  }
  /// What the processor loads for the guest.
  word listed(x86::vmcs list, msr which) {
    const table* t = machine_.tables().find(field_of(list) >> page_shift);
    return t->get(2 * place_in_list(which) + 1);
  }
};

constexpr word not_canonical = 0x0000'8000'0000'0000, highest = 0x0000'7fff'ffff'ffff, lowest = 0xffff'8000'0000'0000;

TEST_F(msr_exits, efer_is_a_control_register) {
  takes(efer, x86::efer::nxe | x86::efer::sce);
  EXPECT_EQ(guest().registers().efer(), x86::efer::nxe | x86::efer::sce);
  refuses(efer, word{1} << 32);
  refuses(efer, word{1} << 12);
  turn_on_level4();
  refuses(efer, x86::efer::nxe);
  expect_done(write(number_of(efer), x86::efer::lme));
  EXPECT_EQ(read(efer), x86::efer::lme | x86::efer::lma) << "LMA is not for the guest to write";
}

TEST_F(msr_exits, there_are_no_others) {
  for (const word number : {word{0x3a0}, word{0x277 + 1}, word{0x4000'0000}, word{0xc000'0103}, word{0xffff'ffff}}) {
    general().set(rcx, number);
    expect_exception(exit(x86::exit_reason::rdmsr), exception::protection);
    expect_exception(write(number, 0), exception::protection);
  }
}

TEST_F(msr_exits, some_come_with_a_feature) {
  features_ = {.nx = false, .long_mode = false};
  make_cpu();
  for (const msr which : {machine_check_capability, machine_check_status, efer, star, lstar, cstar, syscall_mask,
                          fs_base, gs_base, kernel_gs_base}) {
    SCOPED_TRACE(number_of(which));
    general().set(rcx, number_of(which));
    expect_exception(exit(x86::exit_reason::rdmsr), exception::protection);
    expect_exception(write(number_of(which), 0), exception::protection);
  }
  features_.nx = true;
  make_cpu();
  takes(efer, x86::efer::nxe);
}

TEST_F(msr_exits, linear_addresses_are_canonical) {
  for (const msr which : {lstar, cstar, fs_base, gs_base, kernel_gs_base, sysenter_esp, sysenter_eip}) {
    takes(which, lowest);
    refuses(which, not_canonical);
    refuses(which, lowest - 1);
    takes(which, highest);
  }
}

TEST_F(msr_exits, what_syscall_uses_is_exchanged) {
  takes(star, 0xfedc'ba98'7654'3210);
  takes(lstar, 0xffff'ffff'8100'0000);
  takes(syscall_mask, 0x4'7700);
  refuses(syscall_mask, word{1} << 32);
  EXPECT_EQ(listed(x86::vmcs::entry_msr_load_address, star), 0xfedc'ba98'7654'3210);
  EXPECT_EQ(listed(x86::vmcs::entry_msr_load_address, lstar), 0xffff'ffff'8100'0000);
  std::uint64_t hosts = 0;
  ASSERT_TRUE(platform::read_msr(machine_.host(), lstar, hosts));
  EXPECT_EQ(listed(x86::vmcs::exit_msr_load_address, lstar), hosts) << "the host's stays";
}

TEST_F(msr_exits, swapgs_is_seen) {
  takes(kernel_gs_base, 0x1000);
  const_cast<table*>(machine_.tables().find(field_of(x86::vmcs::exit_msr_store_address) >> page_shift))
      ->set(2 * place_in_list(kernel_gs_base) + 1, 0x2000);
  EXPECT_EQ(read(kernel_gs_base), 0x2000u);
}

TEST_F(msr_exits, the_vmcs_has_what_it_has_a_field_for) {
  takes(fs_base, 0x1111);
  takes(gs_base, 0x2222);
  takes(sysenter_esp, 0x3333);
  takes(sysenter_eip, 0x4444);
  EXPECT_EQ(field_of(x86::vmcs::guest_fs_base), 0x1111u);
  EXPECT_EQ(field_of(x86::vmcs::guest_gs_base), 0x2222u);
  EXPECT_EQ(field_of(x86::vmcs::guest_sysenter_esp), 0x3333u);
  EXPECT_EQ(field_of(x86::vmcs::guest_sysenter_eip), 0x4444u);
  expect_done(write(number_of(sysenter_cs), 0x1'0000'0010));
  EXPECT_EQ(read(sysenter_cs), 0x10u) << "32 bits of it exist";
}

TEST_F(msr_exits, time_goes_on_from_what_is_written) {
  std::uint64_t hosts = 0;
  ASSERT_TRUE(platform::read_msr(machine_.host(), tsc, hosts));
  EXPECT_EQ(read(tsc), hosts);
  takes(tsc, 1000);
  EXPECT_EQ(field_of(x86::vmcs::tsc_offset), 1000 - hosts);
  EXPECT_EQ(cpu_->time_stamp(), 1000u);
}

TEST_F(msr_exits, memory_types_are_checked_byte_by_byte) {
  EXPECT_EQ(read(pat), 0x0007'0406'0007'0406u);
  takes(pat, 0x0706'0504'0100'0706);
  for (const word reserved : {2, 3, 8, 0x10, 0x86}) {
    for (unsigned n = 0; n < 8; ++n) {
      refuses(pat, reserved << 8 * n);
      refuses(mtrr_fix_64k, reserved << 8 * n);
    }
    refuses(mtrr_default, reserved);
    refuses(mtrr_base0, reserved);
  }
  takes(mtrr_fix_4k_f8000, 0x0605'0401'0006'0606);
  refuses(mtrr_fix_4k_f8000, 7);
  takes(mtrr_default, 0xc06);
  for (const unsigned bit : {8u, 9u, 12u, 63u}) refuses(mtrr_default, word{1} << bit);
}

TEST_F(msr_exits, variable_ranges_hold_addresses) {
  constexpr unsigned width = x86::features{}.maxphyaddr;
  takes(mtrr_base0, (word{1} << width) - 0x1000 + 6);
  constexpr auto mask0 = static_cast<msr>(static_cast<std::uint32_t>(mtrr_base0) + 1);
  takes(mask0, (word{1} << width) - 0x1000 + 0x800);
  for (const unsigned bit : {8u, 11u, width, 63u}) refuses(mtrr_base0, word{1} << bit | 6);
  for (const unsigned bit : {0u, 10u, width, 63u}) refuses(mask0, word{1} << bit);
  EXPECT_EQ(read(mtrr_capability) & 0xff, 8u);
  takes(static_cast<msr>(0x20f), 0x800);
  expect_exception(write(0x210, 0), exception::protection);
}

TEST_F(msr_exits, the_local_apic_has_a_place) {
  EXPECT_EQ(read(apic_base), 0xfee0'0900u);
  takes(apic_base, 0x8000'0000);
  for (const unsigned bit : {0u, 7u, 9u, 10u, x86::features{}.maxphyaddr, 63u}) refuses(apic_base, word{1} << bit);
  vcpu::msr_file second(1);
  EXPECT_EQ(second.value(apic_base), 0xfee0'0800u) << "one bootstrap processor";
}

TEST_F(msr_exits, what_cannot_be_written) {
  features_.machine_check = true;
  make_cpu();
  for (const msr which : {platform_id, mtrr_capability, machine_check_capability}) {
    refuses(which, 0);
    refuses(which, read(which));
  }
}

TEST_F(msr_exits, a_guest_that_looks_for_microcode) {
  expect_done(write(number_of(microcode_revision), 0));
  EXPECT_EQ(read(microcode_revision), word{1} << 32);
  expect_done(write(number_of(microcode_update), 0x1234));
  general().set(rcx, number_of(microcode_update));
  expect_exception(exit(x86::exit_reason::rdmsr), exception::protection);
}

TEST_F(msr_exits, bits_of_a_few) {
  takes(misc_enable, 0x1800);
  refuses(misc_enable, word{1} << 22);
  refuses(misc_enable, word{1} << 34);
  features_.machine_check = true;
  make_cpu();
  takes(machine_check_status, 7);
  refuses(machine_check_status, 8);
  takes(debugctl, x86::debugctl::btf);
  refuses(debugctl, x86::debugctl::lbr);
  refuses(debugctl, word{1} << 63);
}

TEST_F(msr_exits, with_btf_an_instruction_that_is_done_does_not_trap) {
  takes(debugctl, x86::debugctl::btf);
  rflags_ |= x86::rflags::tf;
  EXPECT_EQ(exit(x86::exit_reason::cpuid), next::run);
  EXPECT_EQ(field_of(x86::vmcs::guest_pending_debug), 0u);
}

TEST_F(msr_exits, a_vmm_may_have_those_that_there_are_not) {
  constexpr word unknown = 0x4b56'4d00;
  cpu_->ask_for_unknown_msrs(true);
  EXPECT_EQ(write(unknown, 0x1234'5678'9abc'def0), next::leave);
  expect_left(request_kind::wrmsr);
  EXPECT_EQ(cpu_->request().msr.number, unknown);
  EXPECT_EQ(cpu_->request().msr.value, 0x1234'5678'9abc'def0u);
  EXPECT_EQ(general().rip, rip);
  ASSERT_TRUE(cpu_->waits());
  cpu_->answer_msr(false, 0);
  expect_done(cpu_->complete());

  EXPECT_EQ(exit(x86::exit_reason::rdmsr), next::leave);
  expect_left(request_kind::rdmsr);
  cpu_->answer_msr(false, 0xfedc'ba98'7654'3210);
  expect_done(cpu_->complete());
  EXPECT_EQ(general().get(rax), 0x7654'3210u);
  EXPECT_EQ(general().get(rdx), 0xfedc'ba98u);

  EXPECT_EQ(exit(x86::exit_reason::rdmsr), next::leave);
  cpu_->answer_msr(true, 0);
  expect_exception(cpu_->complete(), exception::protection);
  EXPECT_EQ(exit(x86::exit_reason::rdmsr), next::leave);
  expect_exception(cpu_->complete(), exception::protection);
  refuses(lstar, not_canonical);
}

TEST_F(msr_exits, an_answer_to_a_guest_that_is_elsewhere_by_now_is_dropped) {
  cpu_->ask_for_unknown_msrs(true);
  general().set(rcx, 0x4b56'4d00);
  EXPECT_EQ(exit(x86::exit_reason::rdmsr), next::leave);
  general().rip = 0x500;
  general().set(rax, 7);
  cpu_->answer_msr(false, 1);
  EXPECT_EQ(cpu_->complete(), next::run);
  EXPECT_EQ(general().rip, 0x500u);
  EXPECT_EQ(general().get(rax), 7u);
}

TEST_F(msr_exits, a_vmm_restores_them_all) {
  EXPECT_TRUE(cpu_->write_msr(number_of(microcode_revision), 0x77, msr_user::vmm));
  EXPECT_EQ(read(microcode_revision), 0x77u);
  for (const vcpu::msr_description& each : vcpu::msr_table) {
    if (each.rule == vcpu::msr_rule::command) continue;
    word value = 0;
    ASSERT_TRUE(cpu_->read_msr(number_of(each.which), value, msr_user::vmm));
    EXPECT_TRUE(cpu_->write_msr(number_of(each.which), value, msr_user::vmm)) << std::hex << number_of(each.which);
  }
  EXPECT_FALSE(cpu_->write_msr(number_of(mtrr_capability), 0, msr_user::vmm));
  EXPECT_FALSE(cpu_->write_msr(number_of(lstar), not_canonical, msr_user::vmm));
}

}  // namespace
}  // namespace umbra::vmx
