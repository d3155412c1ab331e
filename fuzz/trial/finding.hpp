// What is told of a trial that went wrong.
#pragma once

namespace umbra::fuzz {

/// The promises that trials are held to, beside the MMU's invariants (I1 to I12), "assertion" and "incident".
namespace promise {
constexpr const char* clean = "clean";        ///< an instruction that does not complete changes nothing
constexpr const char* state = "state";        ///< registers hold what a processor could hold
constexpr const char* rights = "rights";      ///< nothing is written that segments and tables do not allow
constexpr const char* user = "user";          ///< user code does not change what is the system's
constexpr const char* progress = "progress";  ///< an instruction ends
constexpr const char* device =
    "device";                           ///< memory that is a device gives the same end, and is asked for nothing twice
constexpr const char* steps = "steps";  ///< items one by one come to the same as all at once
constexpr const char* repair = "repair";    ///< an instruction that faults, and goes on, ends as if it had not
constexpr const char* atomic = "atomic";    ///< a locked instruction happens before or after another's write
constexpr const char* unicorn = "unicorn";  ///< Unicorn executes the same
constexpr const char* zydis = "zydis";      ///< Zydis decodes the same
}  // namespace promise

struct trial_finding {
  const char* id = "";
  char text[480] = {};
};

}  // namespace umbra::fuzz
