// The program's own descriptor tables, and its part of a specimen's memory: gates, stacks for exceptions, and the page
// tables that show the trampoline.
#pragma once

namespace umbra::system_guest {

/// Once, at the start: the program's GDT, the gates, and the trampoline's page tables.
void set_up_tables();
/// After a specimen's memory is painted: the stacks to which exceptions switch.
void set_exception_stacks();

}  // namespace umbra::system_guest
