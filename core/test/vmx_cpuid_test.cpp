// CPUID, as the guest meets it and as its VMM sets it.
#include "core/test/bench.hpp"

#include <vector>

#include "core/x86/msr.hpp"

namespace umbra::vmx {
namespace {

using namespace vcpu::general;
using x86::exit_reason;

constexpr std::uint32_t smap = 1u << 20, smep = 1u << 7, nx = 1u << 20, long_mode = 1u << 29;

class cpuid_exits : public bench {
 protected:
  word asks(std::uint32_t leaf, unsigned answer, std::uint32_t subleaf = 0) {
    general().set(rax, 0xffff'ffff'0000'0000 | leaf);  // only the lower half counts
    general().set(rcx, 0xffff'ffff'0000'0000 | subleaf);
    EXPECT_EQ(exit(exit_reason::cpuid), next::run);
    return general().get(answer);
  }
  bool set(const std::vector<vcpu::cpuid_row>& rows) { return guest().set_cpuid(rows); }
  /// A processor with a width of physical addresses and some features.
  static std::vector<vcpu::cpuid_row> rows(std::uint32_t width, std::uint32_t structured, std::uint32_t extended) {
    return {{.leaf = 0, .eax = 7},
            {.leaf = 1, .ebx = 0x55},
            {.leaf = 7, .has_subleaves = true, .ebx = structured},
            {.leaf = 0x8000'0000, .eax = 0x8000'0008},
            {.leaf = 0x8000'0001, .edx = extended},
            {.leaf = 0x8000'0008, .eax = width}};
  }
};

TEST_F(cpuid_exits, answers_are_in_four_registers) {
  expect_done(exit(exit_reason::cpuid));
  EXPECT_EQ(asks(0, rax), 7u);
  EXPECT_EQ(asks(0, rbx), 0x756e'6547u);
  EXPECT_EQ(asks(0, rcx), 0x6c65'746eu);
  EXPECT_EQ(asks(0, rdx), 0x4965'6e69u);
}

TEST_F(cpuid_exits, syscall_is_for_64_bit_code) {
  constexpr word syscall = 1u << 11;
  EXPECT_FALSE(has(asks(0x8000'0001, rdx), syscall));
  turn_on_level4();
  EXPECT_TRUE(has(asks(0x8000'0001, rdx), syscall));
}

TEST_F(cpuid_exits, the_apic_bit_follows_the_apic) {
  constexpr word apic = 1u << 9;
  auto with_apic = rows(36, 0, 0);
  with_apic[1].edx = 1u << 9;
  ASSERT_TRUE(set(with_apic));
  EXPECT_TRUE(has(asks(1, rdx), apic));
  ASSERT_TRUE(cpu_->write_msr(static_cast<std::uint32_t>(x86::msr::apic_base), 0xfee0'0000, msr_user::guest));
  EXPECT_FALSE(has(asks(1, rdx), apic));
}

TEST_F(cpuid_exits, registers_take_what_cpuid_promises) {
  ASSERT_TRUE(set(rows(40, smep, nx | long_mode)));
  EXPECT_EQ(asks(1, rbx), 0x55u);
  EXPECT_EQ(guest().context().mode.maxphyaddr, 40u);
  EXPECT_TRUE(guest().write_cr4(x86::cr4::smep));
  EXPECT_FALSE(guest().write_cr4(x86::cr4::smap));
  ASSERT_TRUE(guest().restore(x86::cr0::pe | x86::cr0::pg, 0x1000, x86::cr4::pae, x86::efer::lme | x86::efer::lma));
  EXPECT_TRUE(guest().write_cr3(word{1} << 39));
  EXPECT_FALSE(guest().write_cr3(word{1} << 40));
}

TEST_F(cpuid_exits, nothing_is_promised_that_the_processor_cannot_do) {
  features_ = {.smap = false};
  make_cpu();
  EXPECT_FALSE(set(rows(40, smep | smap, nx | long_mode)));
  EXPECT_EQ(asks(1, rbx), 0u) << "the table stays";
  EXPECT_TRUE(set(rows(40, smep, nx | long_mode)));
  EXPECT_FALSE(set(rows(53, 0, 0)));
  EXPECT_FALSE(set(std::vector<vcpu::cpuid_row>(vcpu::cpuid_table::limit + 1)));
}

TEST_F(cpuid_exits, nothing_is_taken_away_that_a_register_has) {
  ASSERT_TRUE(guest().write_efer(x86::efer::nxe));
  EXPECT_FALSE(set(rows(40, 0, long_mode)));
  EXPECT_EQ(guest().registers().efer(), x86::efer::nxe);
  EXPECT_TRUE(guest().registers().features().smap);
  turn_on_level4();
  ASSERT_TRUE(guest().write_cr3(word{1} << 35));
  EXPECT_FALSE(set(rows(35, 0, nx | long_mode)));
  EXPECT_TRUE(set(rows(36, 0, nx | long_mode)));
}

TEST_F(cpuid_exits, once_the_guest_has_run_it_stays) {
  const auto first = rows(40, smep, nx | long_mode), other = rows(40, smep, long_mode);
  ASSERT_TRUE(set(other));
  ASSERT_TRUE(set(first));
  ASSERT_EQ(cpu_->prepare(), next::run);
  EXPECT_FALSE(set(other));
  for (const auto part : {&vcpu::cpuid_row::eax, &vcpu::cpuid_row::ebx, &vcpu::cpuid_row::ecx, &vcpu::cpuid_row::edx}) {
    auto changed = first;
    changed.back().*part ^= 1;
    EXPECT_FALSE(set(changed));
  }
  auto with_one_more = first;
  with_one_more.emplace_back();
  EXPECT_FALSE(set(with_one_more));
  EXPECT_TRUE(set(first)) << "the same again changes nothing";
  EXPECT_TRUE(guest().write_efer(x86::efer::nxe));
}

}  // namespace
}  // namespace umbra::vmx
