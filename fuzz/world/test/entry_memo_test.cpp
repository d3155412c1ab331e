// The memo says what the model says, whatever changes from one VM entry to the next.
#include "fuzz/world/entry_memo.hpp"

#include <gtest/gtest.h>

#include "models/reference/test/entry_cases.hpp"

namespace umbra::fuzz {
namespace {

using namespace reference::test;
using machine::vmcs_store;
using reference::entry_verdict;

/// A memo, and what it has to agree with.
class pair {
 public:
  explicit pair(const reference::vmx_processor& p) : processor_(p), memo_(p) {}

  /// Empty if they agree, on the entry and on the guest state.
  std::string differ(const fields& f, const host_memory& memory) {
    vmcs_store store;
    store.fill(0);
    for (const auto& [which, value] : f.values) store.set(which, value);
    const reference::entry_view view{f, memory, processor_};
    const std::string by_guest = differ(memo_.check_guest_state(store, memory), reference::check_guest_state(view));
    const std::string by_entry = differ(memo_.check_entry(store, memory), reference::check_entry(view));
    return by_guest + by_entry;
  }
  std::uint64_t asked_of(const fields& f, const host_memory& memory) {
    const std::uint64_t before = memo_.asked();
    EXPECT_EQ(differ(f, memory), "");
    return memo_.asked() - before;
  }

 private:
  static std::string differ(const entry_verdict& remembered, const entry_verdict& afresh) {
    std::string text;
    for (unsigned n = 0; n < reference::entry_failures; ++n) {
      if (remembered.broken[n] != afresh.broken[n])
        text += "rule " + std::to_string(remembered.broken[n]) + " for " + std::to_string(afresh.broken[n]) + "; ";
    }
    if (remembered.msr != afresh.msr) text += "MSR " + std::to_string(remembered.msr);
    return text;
  }

  const reference::vmx_processor& processor_;
  entry_memo memo_;
};

TEST(entry_memo, notices_each_breach_of_each_rule_and_its_repair) {
  for (const breach& b : breaches) {
    const scene right(b.guest());
    scene wrong(b.guest());
    b.spoil(wrong);
    pair p(wrong.processor);
    EXPECT_EQ(p.differ(right.vmcs, right.memory), "") << b.subject << " " << b.begins;
    EXPECT_EQ(p.differ(wrong.vmcs, wrong.memory), "") << b.subject << " " << b.begins;
    EXPECT_EQ(p.differ(right.vmcs, right.memory), "") << b.subject << " " << b.begins << ", mended";
  }
}

/// All in one go: what a rule has read in one guest counts in the next.
TEST(entry_memo, goes_from_guest_to_guest) {
  const reference::vmx_processor processor = roomy_processor();
  pair p(processor);
  for (const breach& b : breaches) {
    scene s(b.guest());
    EXPECT_EQ(p.differ(s.vmcs, s.memory), "");
    b.spoil(s);
    EXPECT_EQ(p.differ(s.vmcs, s.memory), "") << b.subject << " " << b.begins;
  }
  for (const allowance& a : allowances) {
    scene s(a.guest());
    a.make(s);
    EXPECT_EQ(p.differ(s.vmcs, s.memory), "") << a.why;
  }
}

TEST(entry_memo, notices_each_bit_of_each_field) {
  for (const auto guest : {protected_guest, long_user_guest, pae_guest, virtual_8086_guest, real_guest}) {
    scene s(guest());
    s[entry_msr_load_count] = 2;
    s[entry_msr_load_address] = 0x8000;
    pair p(s.processor);
    EXPECT_EQ(p.differ(s.vmcs, s.memory), "");
    for (std::uint32_t n = 0; n < 0x8000; n += 2) {
      const auto f = static_cast<x86::vmcs>(n);
      if (!vmcs_store::exists(f)) continue;
      for (unsigned bit = n / 2 % 3; bit < x86::bits_of(f); bit += 3) {
        s[f] ^= word{1} << bit;
        EXPECT_EQ(p.differ(s.vmcs, s.memory), "") << std::hex << n << ", bit " << std::dec << bit;
        s[f] ^= word{1} << bit;
        EXPECT_EQ(p.differ(s.vmcs, s.memory), "") << std::hex << n << ", bit " << std::dec << bit << " put back";
      }
    }
  }
}

TEST(entry_memo, notices_what_changes_in_memory) {
  scene s(pae_guest());
  s[entry_msr_load_count] = 2;
  s[entry_msr_load_address] = 0x8000;
  s.memory.quads[0x8000] = s.memory.quads[0x8010] = static_cast<word>(x86::msr::kernel_gs_base);
  pair p(s.processor);
  EXPECT_EQ(p.differ(s.vmcs, s.memory), "");
  for (const word at : {0x2000, 0x2008, 0x2010, 0x2018, 0x8000, 0x8008, 0x8010, 0x8018}) {
    for (unsigned bit = 0; bit < 64; ++bit) {
      s.memory.quads[at] ^= word{1} << bit;
      EXPECT_EQ(p.differ(s.vmcs, s.memory), "") << std::hex << at << ", bit " << std::dec << bit;
      s.memory.quads[at] ^= word{1} << bit;
      EXPECT_EQ(p.differ(s.vmcs, s.memory), "") << std::hex << at << ", bit " << std::dec << bit << " put back";
    }
  }
}

TEST(entry_memo, takes_an_event_for_one_only_while_it_is_valid) {
  for (const auto guest : {protected_guest, long_user_guest, real_guest}) {
    scene s(guest());
    pair p(s.processor);
    for (word junk = 0; junk < 0x8000'0000; junk += 0x10'0101) {
      for (const word valid : {word{0}, word{x86::event_field::valid}, word{0}}) {
        s[entry_event] = junk | valid;
        EXPECT_EQ(p.differ(s.vmcs, s.memory), "") << std::hex << s[entry_event];
      }
    }
  }
}

/// The point of it.
TEST(entry_memo, asks_no_rule_whose_answer_it_has) {
  scene s(long_guest());
  pair p(s.processor);
  EXPECT_EQ(p.asked_of(s.vmcs, s.memory), reference::rule_count() + 1);
  EXPECT_EQ(p.asked_of(s.vmcs, s.memory), 0u);
  s[guest_rip] ^= word{1} << 40;
  const std::uint64_t of_rip = p.asked_of(s.vmcs, s.memory);
  EXPECT_GE(of_rip, 1u);
  EXPECT_LE(of_rip, 4u);
  s[guest_rip] += 2;  // no rule reads these bits of it
  EXPECT_EQ(p.asked_of(s.vmcs, s.memory), 0u);
  s[guest_rsp] += 8;  // no rule reads it
  EXPECT_EQ(p.asked_of(s.vmcs, s.memory), 0u);
}

}  // namespace
}  // namespace umbra::fuzz
