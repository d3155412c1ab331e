#include "models/machine/active.hpp"

#include <cstdio>
#include <cstdlib>

#include "models/machine/machine.hpp"

namespace umbra::machine {
namespace {

thread_local machine* active_machine = nullptr;

}  // namespace

void set_active(machine* m) { active_machine = m; }

machine* active() { return active_machine; }

void report_assertion(const char* condition, const char* file, unsigned line) {
  if (active_machine) {
    active_machine->incidents().report(incident_kind::assertion, "%s:%u: %s", file, line, condition);
    return;
  }
  std::fprintf(stderr, "%s:%u: assertion does not hold: %s\n", file, line, condition);
  std::abort();
}

}  // namespace umbra::machine
