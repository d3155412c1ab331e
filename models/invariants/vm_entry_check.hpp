// I14: what VM entry is given.
#pragma once

#include "models/invariants/violation.hpp"
#include "models/reference/vm_entry/check.hpp"

namespace umbra::invariants {

/// Judges the VMCS with which a vCPU is about to be entered. `before` is the verdict on the guest state when the exit
/// was taken (`check_guest_state`), `now` that on the whole VMCS (`check_entry`).
///
/// Controls, host state and lists of MSRs are the hypervisor's, and always right. A guest state that was right stays
/// so; one that was wrong may be: hardware refuses it, and userspace is told. In a violation, `index` is the rule's
/// number
/// (`rule_at`), or that of the entry in the list of MSRs.
violation check_vm_entry(const reference::entry_verdict& before, const reference::entry_verdict& now);

}  // namespace umbra::invariants
