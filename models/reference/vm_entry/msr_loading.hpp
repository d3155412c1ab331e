// 27.4: loading MSRs. Which entry of the VM-entry MSR-load area is the first that fails.
#pragma once

#include <word/word.hpp>

#include "models/reference/vm_entry/view.hpp"

namespace umbra::reference {

/// Entries that are looked at: more than IA32_VMX_MISC can recommend as a maximum (A.6). What a processor does with
/// longer lists is undefined (25.8.2).
constexpr unsigned msr_list_limit = 512 * 8;

/// The number of the first entry that cannot be loaded, from 1 as the exit qualification gives it; 0 if there is none.
word failing_msr(const entry_view& v);

}  // namespace umbra::reference
