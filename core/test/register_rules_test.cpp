// The core's rules for registers that exits reach against the model's, which was written from the SDM without them.
#include "core/test/bench.hpp"

#include <random>
#include <vector>

#include "core/vcpu/msr_table.hpp"
#include "core/x86/debug.hpp"
#include "core/x86/segment.hpp"
#include "models/reference/control_access.hpp"
#include "models/reference/cpuid.hpp"
#include "models/reference/debug_registers.hpp"
#include "models/reference/msrs.hpp"

namespace umbra::vmx {
namespace {

using namespace vcpu::general;
using x86::exit_reason;

class register_rules : public bench {
 protected:
  word any() { return random_(); }
  bool maybe() { return any() % 2 != 0; }
  /// Values at which rules change: few bits, few missing, bytes alike, addresses near the canonical border.
  word edge() {
    word value = 0;
    switch (any() % 6) {
      case 0:
        for (unsigned n = any() % 4; n > 0; --n) value |= word{1} << any() % 64;
        return value;
      case 1:
        return ~edge();
      case 2:
        return 0x0101'0101'0101'0101 * (any() % 8);
      case 3:
        for (unsigned n = 0; n < 8; ++n) value = value << 8 | any() % 9;
        return value;
      case 4:
        return (word{1} << 47) - any() % 3 + (maybe() ? word{0} : 0xffff'0000'0000'0000);
      default:
        return any() & 0xffff'f000;
    }
  }
  /// The exception that an exit has come to, or `none`.
  int outcome(next n) {
    EXPECT_EQ(n, next::run);
    vcpu::event_queue& q = guest().events();
    const int vector = q.pending() ? static_cast<int>(q.next().vector) : none;
    q.clear();  // as an entry would have delivered it
    return vector;
  }

  static constexpr int none = -1, debug = 1, undefined = 6, protection = 13;
  static constexpr unsigned rounds = 20'000;

  std::mt19937_64 random_{1};
};

TEST_F(register_rules, of_msrs) {
  unsigned refused = 0, taken = 0;
  for (unsigned n = 0; n < rounds; ++n) {
    if (n % 500 == 0) {
      features_ = {.maxphyaddr = 36 + static_cast<unsigned>(any() % 17),
                   .nx = maybe(),
                   .long_mode = maybe(),
                   .machine_check = maybe()};
      make_cpu();
    }
    word number = static_cast<std::uint32_t>(vcpu::msr_table[any() % vcpu::msr_table.size()].which);
    if (any() % 4 == 0) number = number + any() % 3 - 1;
    const vcpu::control_registers& c = guest().registers();
    const reference::msr_state state{.cpuid = features_,
                                     .cr0 = c.cr0(),
                                     .efer = c.efer(),
                                     .apic_base = guest().msrs().value(x86::msr::apic_base),
                                     .debugctl_bits = x86::debugctl::btf};
    const word value = edge();
    general().set(rcx, number);
    general().set(rax, value & 0xffff'ffff);
    general().set(rdx, value >> 32);
    const int written = outcome(exit(exit_reason::wrmsr));
    SCOPED_TRACE(testing::Message() << std::hex << number << " = " << value);
    const bool undecided = reference::wrmsr_may_fault(number, value, state);
    if (reference::wrmsr_faults(number, value, state)) {
      ASSERT_EQ(written, protection);
      ++refused;
    } else if (!undecided) {
      ASSERT_EQ(written, none);
      ++taken;
    }
    const int read = outcome(exit(exit_reason::rdmsr));
    ASSERT_EQ(read, reference::rdmsr_faults(number, state) ? protection : none);
    // Which microcode there is, is the VMM's to say (SDM 9.11.7.1: a signature of 0 asks for it).
    const bool asked = number == static_cast<std::uint32_t>(x86::msr::microcode_revision);
    if (written == none && read == none && !undecided && !asked) {
      ASSERT_EQ(general().get(rax) | general().get(rdx) << 32, reference::msr_after_write(number, value, state));
    }
  }
  EXPECT_GT(refused, 1000u);
  EXPECT_GT(taken, 1000u);
}

TEST_F(register_rules, of_debug_registers) {
  turn_on_level4();
  unsigned undefined_ones = 0, refused = 0, guarded = 0;
  for (unsigned n = 0; n < rounds; ++n) {
    ASSERT_TRUE(guest().write_cr4(x86::cr4::pae | (maybe() ? x86::cr4::de : 0)));
    const unsigned cpl = any() % 4 == 0 ? 3 : 0;
    run_at_privilege(cpl);
    ASSERT_EQ(cpu_->prepare(), next::run);
    const reference::debug_access access{.number = any() % 8,
                                         .write = maybe(),
                                         .value = edge() & (maybe() ? ~word{0} : 0xffff'ffff),
                                         .cpl = cpl,
                                         .cr4 = guest().registers().cr4(),
                                         .dr7 = guest().state().dr7};
    SCOPED_TRACE(testing::Message() << std::hex << "DR" << access.number << ' ' << access.value);
    const reference::debug_access_fault due = debug_access_faults(access);
    undefined_ones += due.undefined, refused += due.protection, guarded += due.debug;
    general().set(rbx, access.value);
    const int found =
        outcome(exit(exit_reason::debug_register, access.number | (access.write ? 0 : 1 << 4) | rbx << 8));
    if (due.undefined) {
      ASSERT_EQ(found, undefined);
    } else if (due.protection || due.debug) {
      ASSERT_TRUE((due.protection && found == protection) || (due.debug && found == debug)) << found;
    } else {
      ASSERT_EQ(found, none);
      if (access.write)
        ASSERT_EQ(read_debug(guest().state(), access.number),
                  reference::debug_register_value(access.number, access.value));
    }
  }
  EXPECT_GT(undefined_ones, 100u);
  EXPECT_GT(refused, 100u);
  EXPECT_GT(guarded, 100u);
}

TEST_F(register_rules, of_lmsw_clts_and_cr8) {
  for (unsigned n = 0; n < rounds; ++n) {
    ASSERT_TRUE(guest().write_cr0(x86::cr0::pe | (any() & (x86::cr0::mp | x86::cr0::em | x86::cr0::ts))));
    ASSERT_EQ(cpu_->prepare(), next::run);
    const word before = guest().registers().cr0(), operand = any() & 0xffff;
    ASSERT_EQ(outcome(exit(exit_reason::control_register, 3 << 4 | operand << 16)), none);
    ASSERT_EQ(guest().registers().cr0(), reference::lmsw_value(before, operand));
    ASSERT_EQ(cpu_->prepare(), next::run);
    ASSERT_EQ(outcome(exit(exit_reason::control_register, 2 << 4)), none);
    ASSERT_EQ(guest().registers().cr0(), reference::clts_value(reference::lmsw_value(before, operand)));
    const word priority = maybe() ? edge() & 0xffff'ffff : any() % 20;
    general().set(rbx, priority);
    exit(exit_reason::control_register, 8 | rbx << 8);
    ASSERT_EQ(guest().events().pending(), reference::refuses_cr8(priority));
  }
}

TEST_F(register_rules, of_mode_switches) {
  namespace rights = x86::segment_rights;
  unsigned refused = 0, taken = 0;
  for (unsigned n = 0; n < rounds; ++n) {
    const bool paged = maybe();
    const word efer = maybe() ? x86::efer::lme | (paged ? x86::efer::lma : 0) : word{0};
    ASSERT_TRUE(guest().restore(x86::cr0::pe | (paged ? x86::cr0::pg : 0), 0x1000, x86::cr4::pae, efer));
    ASSERT_EQ(cpu_->prepare(), next::run);
    const reference::code_context context{.long_code = maybe(), .tss16 = maybe()};
    segments_[vcpu::segment_name::cs].rights = rights::real_code | (context.long_code ? rights::long_mode : 0);
    segments_[vcpu::segment_name::tr].rights =
        rights::present | (context.tss16 ? rights::busy_16_bit_tss : rights::busy_32_bit_tss);
    cpu_->set_segments(segments_);
    const word value = x86::cr0::pe | (maybe() ? x86::cr0::pg : 0) | (maybe() ? x86::cr0::wp : 0);
    const reference::registers before{.cr0 = guest().registers().cr0(), .cr4 = x86::cr4::pae, .efer = efer};
    general().set(rbx, value);
    const bool due = reference::refuses_mode_switch(before, value, context);
    ASSERT_EQ(outcome(exit(exit_reason::control_register, rbx << 8)), due ? protection : none);
    ++(due ? refused : taken);
  }
  EXPECT_GT(refused, 1000u);
  EXPECT_GT(taken, 1000u);
}

TEST_F(register_rules, of_cpuid) {
  constexpr std::uint32_t groups[] = {0, 0, 0x4000'0000, 0x8000'0000, 0xc000'0000};
  const auto number = [&] { return static_cast<std::uint32_t>(any()); };
  for (unsigned n = 0; n < 2000; ++n) {
    std::vector<vcpu::cpuid_row> rows{{.leaf = 0, .eax = number() % 8}};
    if (maybe()) rows.push_back({.leaf = 0x8000'0000, .eax = 0x8000'0000 + number() % 8});
    while (rows.size() < 20) {
      // Leaves 1, 7 and 80000001H, in which registers have a say, have tests of their own.
      rows.push_back(
          {groups[any() % 5] + 2 + number() % 4, number() % 3, maybe(), number(), number(), number(), number()});
    }
    vcpu::cpuid_table table({}, 0);
    ASSERT_TRUE(table.set(rows));
    std::vector<reference::cpuid_row> model;
    for (const vcpu::cpuid_row& r : rows) {
      model.push_back({r.leaf, r.subleaf, r.has_subleaves, {r.eax, r.ebx, r.ecx, r.edx}});
    }
    for (unsigned k = 0; k < 20; ++k) {
      const word leaf = groups[any() % 5] + any() % 10, subleaf = any() % 4;
      const vcpu::cpuid_result r = table.find(leaf, subleaf);
      const reference::cpuid_registers wanted = cpuid_answer(model, leaf, subleaf);
      ASSERT_TRUE(r.eax == wanted.eax && r.ebx == wanted.ebx && r.ecx == wanted.ecx && r.edx == wanted.edx)
          << std::hex << leaf << ' ' << subleaf;
    }
  }
}

}  // namespace
}  // namespace umbra::vmx
