// I14: what may become of a VMCS between an exit and the next entry.
#include <gtest/gtest.h>

#include <string>

#include "models/invariants/vm_entry_check.hpp"
#include "models/reference/test/entry_states.hpp"

namespace umbra::invariants::test {
namespace {

using namespace reference::test;
using enum x86::vmcs;

struct i14 : testing::Test {
  reference::entry_verdict verdict(const fields& f) const { return reference::check_entry({f, memory, processor}); }
  violation judge(const fields& before, const fields& now) const {
    return check_vm_entry(reference::check_guest_state({before, memory, processor}), verdict(now));
  }
  /// Expects a violation by the rule with this subject.
  void violates(const fields& before, const fields& now, const std::string& subject) const {
    const violation v = judge(before, now);
    ASSERT_EQ(v.which, id::i14_entry) << subject;
    EXPECT_EQ(reference::rule_at(static_cast<unsigned>(v.index)).subject, subject);
  }
  host_memory memory;
  reference::vmx_processor processor = roomy_processor();
  fields good = long_guest(), bad = long_guest(), now = long_guest();

  void SetUp() override { bad[guest_rflags] = 0; }
};

TEST_F(i14, a_valid_state_may_change_to_another) {
  EXPECT_FALSE(judge(good, good));
  EXPECT_FALSE(judge(good, protected_guest()));
}

TEST_F(i14, a_valid_state_stays_valid) {
  violates(good, bad, "RFLAGS");
  now[guest_rip] = word{1} << 50;
  violates(good, now, "RIP");
  now = good;
  now[link_pointer] = 1;
  violates(good, now, "VMCS link pointer");
}

TEST_F(i14, an_invalid_state_may_stay_so) {
  EXPECT_FALSE(judge(bad, bad));
  EXPECT_FALSE(judge(bad, good));
}

TEST_F(i14, the_hosts_part_is_valid_whatever_the_guest_is) {
  for (const fields& before : {good, bad}) {
    fields f = before;
    f[host_rip] = word{1} << 63;
    violates(before, f, "host RIP");
    f = before;
    f[pin_controls] = 0;
    violates(before, f, "pin-based controls");
    f = good;
    f[entry_msr_load_count] = 1;  // MSR 0, which does not exist
    EXPECT_EQ(judge(before, f).which, id::i14_entry);
  }
}

TEST_F(i14, no_nmi_is_injected_in_the_shadow_of_sti) {
  now[guest_rflags] |= x86::rflags::interrupt;
  now[guest_interruptibility] = x86::interruptibility::by_sti;
  EXPECT_FALSE(judge(good, now));
  now[entry_event] = event(x86::event_type::nmi, 2);
  violates(good, now, "interruptibility");
}

}  // namespace
}  // namespace umbra::invariants::test
