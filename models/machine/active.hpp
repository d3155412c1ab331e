// assertion_failed() is given no host: it reports to the thread's active machine.
#pragma once

namespace umbra::machine {

class machine;

/// Makes `m` (or none) the machine that assertions of this thread are reported to.
void set_active(machine* m);
machine* active();

/// An assertion of the core does not hold. Without an active machine the program ends with a message.
void report_assertion(const char* condition, const char* file, unsigned line);

}  // namespace umbra::machine
