// Who executes inputs, as those see it who have them executed.
#pragma once

#include "tools/triage/probe/sighting.hpp"
#include "tools/triage/probe/specimen.hpp"
#include "tools/triage/probe/store_trap.hpp"

namespace umbra::tools {

class executor {
 public:
  virtual ~executor() = default;
  /// Makes what a specimen of this kind needs, so that processes which are forked off find it made.
  virtual void prepare(const specimen&) {}
  /// Executes. `seen` is written to as soon as there is something to say.
  virtual void run(const specimen&, sighting& seen) = 0;
  /// Executes a program once more, and notes who stores to the shadow entry that `seen` is about.
  virtual void run_trapped(const fuzz::program&, const sighting& seen, store_stacks& into) = 0;
};

}  // namespace umbra::tools
