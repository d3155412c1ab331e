#include "models/invariants/vm_entry_check.hpp"

namespace umbra::invariants {
namespace {

using reference::entry_failure;

violation broken(const reference::entry_verdict& v, entry_failure f) {
  const word number = v.broken[static_cast<unsigned>(f)];
  if (number == 0) return {};
  const reference::entry_rule& rule = reference::rule_at(static_cast<unsigned>(number) - 1);
  return {id::i14_entry, rule.text, violation::no_page, number - 1, 0, 0};
}

}  // namespace

violation check_vm_entry(const reference::entry_verdict& before, const reference::entry_verdict& now) {
  for (const entry_failure f : {entry_failure::control, entry_failure::host})
    if (const violation v = broken(now, f)) return v;
  if (now.msr != 0) return {id::i14_entry, "VM entry can load each MSR of its list", violation::no_page, now.msr, 0, 0};
  if (!before.guest_is_valid()) return {};
  for (const entry_failure f : {entry_failure::guest, entry_failure::pdptes, entry_failure::link, entry_failure::nmi})
    if (!before.breaks(f))
      if (const violation v = broken(now, f)) return v;
  return {};
}

}  // namespace umbra::invariants
