// The production emulator as an engine: a vCPU on the simulated machine, with the little memory and tables that show
// it.
#pragma once

#include <memory>

#include "fuzz/emulator/engine.hpp"

namespace umbra::emucheck {

class subject {
 public:
  /// For one mode: 16, 32 or 64.
  explicit subject(unsigned bits);
  ~subject();

  outcome run(const specimen&);
  /// Memory as run() left it, or as it will find it.
  ram_image& ram();
  /// The machine's objections (incidents) since the last call; empty if it has none.
  std::string complaints();

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace umbra::emucheck
