// The production emulator as the one to be judged: a vCPU on the simulated machine that executes specimens until an
// exception or interrupt ends them, as they end on a processor.
#pragma once

#include <memory>
#include <string>

#include "fuzz/guest/system/host/result.hpp"

namespace umbra::system_guest {

/// What the emulator makes of a specimen.
struct prediction {
  enum class end : unsigned char {
    event,        ///< the result says which
    unsupported,  ///< the emulator does not have this (core/emulate/README.md lists what)
    elsewhere,    ///< an instruction with a VM exit of its own, whose handler executes it
    halted,
    stuck,  ///< no event within reasonable time
  };
  end how = end::event;
  result what;
  unsigned steps = 0;  ///< instructions that were completed first
};

class subject {
 public:
  explicit subject(const opguest::environment&);
  ~subject();

  prediction run(const specimen&);
  /// The machine's objections (incidents) since the last call; empty if it has none.
  std::string complaints();

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace umbra::system_guest
