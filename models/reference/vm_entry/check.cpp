#include "models/reference/vm_entry/check.hpp"

#include "core/x86/exit_reason.hpp"
#include "models/reference/vm_entry/rules.hpp"

namespace umbra::reference {
namespace {

using tables = std::array<entry_rules (*)(), 9>;
constexpr tables all = {execution_control_rules, transition_control_rules, event_rules, host_rules, register_rules,
                        segment_rules,           system_segment_rules,     state_rules, pdpte_rules};
constexpr unsigned first_of_guest = 4;  ///< the tables of 27.3.1 begin here

void judge(entry_verdict& verdict, const entry_view& v, bool guest_only) {
  unsigned number = 0;
  for (unsigned t = 0; t < all.size(); ++t) {
    const entry_rules rules = all[t]();
    if (guest_only && t < first_of_guest) {
      number += static_cast<unsigned>(rules.size());
      continue;
    }
    for (const entry_rule& r : rules) {
      word& broken = verdict.broken[static_cast<unsigned>(r.failure)];
      ++number;
      broken = select(both(broken == word{0}, negate(r.holds(v))), word{number}, broken);
    }
  }
}

flag fails(const entry_answer& a, x86::exit_reason reason) {
  return both(a.error == word{0}, a.exit_reason == word{static_cast<unsigned>(reason)});
}

/// The answers to guest state that is wrong: exit 33, with a qualification for one of the faults.
flag names_guest_fault(const entry_verdict& verdict, word qualification) {
  using enum entry_failure;
  const auto named = [&](entry_failure f, unsigned number) {
    return both(verdict.breaks(f), qualification == word{number});
  };
  return either(either(named(guest, 0), named(pdptes, 2)), either(named(nmi, 3), named(link, 4)));
}

}  // namespace

flag entry_verdict::guest_is_valid() const {
  using enum entry_failure;
  return negate(either(breaks(guest), either(breaks(pdptes), breaks(link))));
}

flag entry_verdict::may_enter() const {
  using enum entry_failure;
  return both(negate(either(breaks(control), breaks(host))), both(guest_is_valid(), msr == word{0}));
}

flag entry_verdict::surely_enters() const { return both(may_enter(), negate(breaks(entry_failure::nmi))); }

entry_verdict check_guest_state(const entry_view& v) {
  entry_verdict verdict;
  judge(verdict, v, true);
  return verdict;
}

entry_verdict check_entry(const entry_view& v) {
  entry_verdict verdict;
  judge(verdict, v, false);
  if (verdict.may_enter()) verdict.msr = failing_msr(v);
  return verdict;
}

flag legal(const entry_verdict& verdict, const entry_answer& a) {
  using enum entry_failure;
  const flag before = either(verdict.breaks(control), verdict.breaks(host));
  const flag refused = both(a.exit_reason == word{0}, either(both(verdict.breaks(control), a.error == word{7}),
                                                             both(verdict.breaks(host), a.error == word{8})));
  const flag invalid =
      both(fails(a, x86::exit_reason::invalid_guest_state), names_guest_fault(verdict, a.qualification));
  const flag unloaded =
      both(both(fails(a, x86::exit_reason::msr_loading), verdict.msr != word{0}), a.qualification == verdict.msr);
  const flag entered = both(both(a.error == word{0}, a.exit_reason == word{0}), verdict.may_enter());
  return select(before, refused, either(invalid, both(verdict.guest_is_valid(), either(unloaded, entered))));
}

unsigned rule_count() {
  unsigned n = 0;
  for (const auto table : all) n += static_cast<unsigned>(table().size());
  return n;
}

unsigned first_guest_rule() {
  unsigned n = 0;
  for (unsigned t = 0; t < first_of_guest; ++t) n += static_cast<unsigned>(all[t]().size());
  return n;
}

const entry_rule& rule_at(unsigned number) {
  const entry_rule* found = nullptr;
  for (const auto table : all) {
    const entry_rules rules = table();
    if (found == nullptr && number < rules.size()) found = &rules[number];
    number -= static_cast<unsigned>(rules.size());
  }
  return *found;
}

}  // namespace umbra::reference
