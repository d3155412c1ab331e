// RDMSR and WRMSR.
#include <gtest/gtest.h>

#include "core/x86/control.hpp"
#include "models/reference/msrs.hpp"

namespace umbra::reference::test {
namespace {

using x86::msr;
constexpr word number(msr m) { return static_cast<std::uint32_t>(m); }
constexpr word non_canonical = word{1} << 47;

const msr_state modern{.cpuid = {.maxphyaddr = 39}, .debugctl_bits = 3, .rdtscp = true, .x2apic = true};

bool refused(msr m, word value, const msr_state& s = modern) { return wrmsr_faults(number(m), value, s); }

TEST(msrs, those_that_exist_can_be_read) {
  using enum msr;
  for (const msr m : {tsc,
                      platform_id,
                      apic_base,
                      microcode_revision,
                      mtrr_capability,
                      sysenter_cs,
                      sysenter_esp,
                      sysenter_eip,
                      misc_enable,
                      debugctl,
                      mtrr_base0,
                      mtrr_fix_64k,
                      mtrr_fix_16k_80000,
                      mtrr_fix_16k_a0000,
                      mtrr_fix_4k_c0000,
                      mtrr_fix_4k_f8000,
                      pat,
                      mtrr_default,
                      efer,
                      star,
                      lstar,
                      cstar,
                      syscall_mask,
                      fs_base,
                      gs_base,
                      kernel_gs_base,
                      tsc_aux})
    EXPECT_FALSE(rdmsr_faults(number(m), modern)) << std::hex << number(m);
  EXPECT_TRUE(rdmsr_faults(number(microcode_update), modern));
}

TEST(msrs, others_do_not_exist) {
  for (const word n : {0x11u, 0x3au, 0x177u, 0x480u, 0x251u, 0x25au, 0x267u, 0x270u, 0xc000'0085u, 0xc000'0104u, ~0u}) {
    EXPECT_TRUE(rdmsr_faults(n, modern)) << std::hex << n;
    EXPECT_TRUE(wrmsr_faults(n, 0, modern)) << std::hex << n;
  }
  EXPECT_FALSE(rdmsr_faults(0x20f, modern));
  EXPECT_TRUE(rdmsr_faults(0x210, modern));  // beyond eight variable ranges
}

TEST(msrs, features_bring_some) {
  const msr_state old{.cpuid = {.nx = false, .long_mode = false}};
  for (const msr m : {msr::efer, msr::star, msr::lstar, msr::fs_base, msr::kernel_gs_base, msr::tsc_aux})
    EXPECT_TRUE(rdmsr_faults(number(m), old)) << std::hex << number(m);
  const msr_state checking{.cpuid = {.machine_check = true}};
  for (const msr m : {msr::machine_check_capability, msr::machine_check_status}) {
    EXPECT_TRUE(rdmsr_faults(number(m), old)) << std::hex << number(m);
    EXPECT_FALSE(rdmsr_faults(number(m), checking)) << std::hex << number(m);
  }
  EXPECT_TRUE(refused(msr::machine_check_capability, 0, checking));
  EXPECT_FALSE(refused(msr::machine_check_status, 0, checking));
  EXPECT_FALSE(rdmsr_faults(number(msr::efer), {.cpuid = {.nx = true, .long_mode = false}}));
}

TEST(msrs, linear_addresses_are_canonical) {
  using enum msr;
  for (const msr m : {sysenter_esp, sysenter_eip, lstar, cstar, fs_base, gs_base, kernel_gs_base}) {
    EXPECT_FALSE(refused(m, non_canonical - 1));
    EXPECT_FALSE(refused(m, 0xffff'8000'0000'0000));
    EXPECT_TRUE(refused(m, non_canonical)) << std::hex << number(m);
    EXPECT_TRUE(refused(m, 0xffff'7fff'ffff'ffff)) << std::hex << number(m);
  }
  for (const msr m : {sysenter_cs, star, tsc}) EXPECT_FALSE(refused(m, non_canonical));
}

TEST(msrs, read_only) {
  EXPECT_TRUE(refused(msr::platform_id, 0));
  EXPECT_TRUE(refused(msr::mtrr_capability, 0));
}

TEST(msrs, efer) {
  EXPECT_FALSE(refused(msr::efer, 0xd01));
  EXPECT_TRUE(refused(msr::efer, 0x1000));
  EXPECT_TRUE(refused(msr::efer, 2));
  msr_state s = modern;
  s.cpuid.nx = false;
  EXPECT_TRUE(refused(msr::efer, 0x800, s));
  s = modern;
  s.cr0 = x86::cr0::pe | x86::cr0::pg;
  s.efer = x86::efer::lme | x86::efer::lma;
  EXPECT_TRUE(refused(msr::efer, 0, s));
  EXPECT_FALSE(refused(msr::efer, x86::efer::lme | x86::efer::nxe, s));
  EXPECT_EQ(msr_after_write(number(msr::efer), x86::efer::lme | x86::efer::nxe, s), 0xd00u);
  EXPECT_EQ(msr_after_write(number(msr::efer), 0xd00, modern), 0x900u);
}

TEST(msrs, sdm_11_12_2_pat) {
  EXPECT_FALSE(refused(msr::pat, 0x0007'0406'0007'0406));
  EXPECT_FALSE(refused(msr::pat, 0x0706'0504'0100'0000));
  for (const word type : {2, 3, 8, 0x10, 0x80, 0xff})
    for (unsigned byte = 0; byte < 8; ++byte) EXPECT_TRUE(refused(msr::pat, type << 8 * byte)) << type << ' ' << byte;
}

TEST(msrs, sdm_11_11_2_mtrrs) {
  EXPECT_FALSE(refused(msr::mtrr_default, 0xc06));
  EXPECT_TRUE(refused(msr::mtrr_default, 0xc07));
  EXPECT_TRUE(refused(msr::mtrr_default, 0xc02));
  EXPECT_TRUE(refused(msr::mtrr_default, 0x100));
  EXPECT_TRUE(refused(msr::mtrr_default, 0x1000));
  const msr base = msr::mtrr_base0, mask = static_cast<msr>(0x201);
  EXPECT_FALSE(refused(base, 0x7f'ffff'f006));
  EXPECT_TRUE(refused(base, word{1} << 39));
  EXPECT_TRUE(refused(base, 0x1106));
  EXPECT_TRUE(refused(base, 0x1003));
  EXPECT_FALSE(refused(mask, 0x7f'ffff'f800));
  EXPECT_TRUE(refused(mask, 0x400));
  EXPECT_TRUE(refused(mask, word{1} << 63));
  EXPECT_FALSE(refused(msr::mtrr_fix_64k, 0x0606'0606'0504'0100));
  EXPECT_TRUE(refused(msr::mtrr_fix_64k, 0x0706'0606'0606'0606));
  EXPECT_TRUE(refused(msr::mtrr_fix_4k_f8000, 0x0006'0606'0606'0602));
}

TEST(msrs, sdm_10_4_4_apic_base) {
  using namespace x86::apic_base;
  const word where = 0xfee0'0000;
  const auto from = [](word state) {
    msr_state s = modern;
    s.apic_base = state;
    return s;
  };
  const msr_state off = from(0), on = from(enable), extended = from(enable | x2apic);
  for (const msr_state& s : {off, on}) EXPECT_FALSE(refused(msr::apic_base, where | enable | bootstrap, s));
  EXPECT_TRUE(refused(msr::apic_base, where | enable, extended));
  for (const msr_state& s : {off, on, extended}) {
    EXPECT_FALSE(refused(msr::apic_base, where, s));
    EXPECT_TRUE(refused(msr::apic_base, where | x2apic, s));
    EXPECT_TRUE(refused(msr::apic_base, where | 1, s));
    EXPECT_TRUE(refused(msr::apic_base, where | 0x200, s));
    EXPECT_TRUE(refused(msr::apic_base, word{1} << 39, s));
  }
  EXPECT_TRUE(refused(msr::apic_base, where | enable | x2apic, off));
  EXPECT_FALSE(refused(msr::apic_base, where | enable | x2apic, on));
  EXPECT_FALSE(refused(msr::apic_base, where | enable | x2apic, extended));
  msr_state none = on;
  none.x2apic = false;
  EXPECT_TRUE(refused(msr::apic_base, where | enable | x2apic, none));
}

TEST(msrs, other_reserved_bits) {
  EXPECT_FALSE(refused(msr::debugctl, 3));
  EXPECT_TRUE(refused(msr::debugctl, 4));
  EXPECT_FALSE(refused(msr::tsc_aux, 0xffff'ffff));
  EXPECT_TRUE(refused(msr::tsc_aux, word{1} << 32));
}

TEST(msrs, where_processors_differ) {
  const auto undecided = [](msr m, word v) { return !refused(m, v) && wrmsr_may_fault(number(m), v, modern); };
  EXPECT_TRUE(undecided(msr::misc_enable, 1));
  EXPECT_TRUE(undecided(msr::syscall_mask, word{1} << 32));
  EXPECT_FALSE(undecided(msr::syscall_mask, 0xffff'ffff));
  EXPECT_TRUE(undecided(msr::microcode_revision, 1));
  EXPECT_FALSE(undecided(msr::microcode_revision, 0));
  EXPECT_FALSE(undecided(msr::star, ~word{0}));
}

TEST(msrs, what_is_read_back) {
  EXPECT_EQ(msr_after_write(number(msr::star), ~word{0}, modern), ~word{0});
  EXPECT_EQ(msr_after_write(number(msr::sysenter_cs), ~word{0}, modern), 0xffff'ffffu);
  EXPECT_EQ(msr_after_write(number(msr::syscall_mask), ~word{0}, modern), 0xffff'ffffu);
}

}  // namespace
}  // namespace umbra::reference::test
