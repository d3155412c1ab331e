// VM entry as a whole: which of its checks a VMCS fails, and so how VMLAUNCH or VMRESUME may end (chapter 27).
//
// The checks of the controls and of the host state come before those of the guest state, these before the loading of
// MSRs. Within each group a processor may check in any order (27.2, 27.3), so that more than one end can be legal.
#pragma once

#include <array>

#include <word/word.hpp>

#include "models/reference/vm_entry/msr_loading.hpp"
#include "models/reference/vm_entry/rule.hpp"

namespace umbra::reference {

/// How an attempt to enter ended.
struct entry_answer {
  word error{0};          ///< VM-instruction error of a VMfailValid; 0 if there was none
  word exit_reason{0};    ///< basic reason of an exit with bit 31 set: 33 or 34; 0 if there was none
  word qualification{0};  ///< of that exit
};

/// What is wrong with a VMCS.
struct entry_verdict {
  /// For each kind of failure, one more than the number of the first broken rule; 0 if none is broken.
  std::array<word, entry_failures> broken{};
  word msr{0};  ///< the first MSR-load entry that fails, from 1; only where the rest is right

  flag breaks(entry_failure f) const { return broken[static_cast<unsigned>(f)] != word{0}; }
  /// Every processor enters: nothing is wrong, not even what a processor may overlook.
  flag surely_enters() const;
  /// Some processor enters.
  flag may_enter() const;
  /// The guest state has no fault that a processor must find.
  flag guest_is_valid() const;
};

/// Judges `v` by all rules.
entry_verdict check_entry(const entry_view& v);
/// Judges the guest state alone, by 27.3.1; what it depends on of controls and capabilities is read too.
entry_verdict check_guest_state(const entry_view& v);

/// Whether an attempt with this verdict may end so.
flag legal(const entry_verdict& verdict, const entry_answer& answer);

/// The rule of this number, from 0. `number` must be below `rule_count()`.
const entry_rule& rule_at(unsigned number);
unsigned rule_count();
/// Those of the guest state, which come last: the number of their first.
unsigned first_guest_rule();

}  // namespace umbra::reference
