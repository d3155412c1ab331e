// The rules of VM entry, by section of the SDM.
#pragma once

#include "models/reference/vm_entry/rule.hpp"

namespace umbra::reference {

entry_rules execution_control_rules();   ///< 27.2.1.1
entry_rules transition_control_rules();  ///< 27.2.1.2, 27.2.1.3
entry_rules event_rules();               ///< 27.2.1.3
entry_rules host_rules();                ///< 27.2.2 to 27.2.4
entry_rules register_rules();            ///< 27.3.1.1
entry_rules segment_rules();             ///< 27.3.1.2: ES, CS, SS, DS, FS, GS
entry_rules system_segment_rules();      ///< 27.3.1.2 and 27.3.1.3: LDTR, TR, GDTR, IDTR
entry_rules state_rules();               ///< 27.3.1.4, 27.3.1.5
entry_rules pdpte_rules();               ///< 27.3.1.6

}  // namespace umbra::reference
