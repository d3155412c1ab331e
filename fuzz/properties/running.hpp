// Which program a property is running: if the process dies of it, whoever started the process finds it in a file.
#pragma once

#include "fuzz/ops/program.hpp"

namespace umbra::fuzz::properties {

/// As long as it lives, the file that UMBRA_RUNNING names holds the program's raw form; afterwards the file is empty.
/// Without that variable, or if the file cannot be written, nothing is done.
class running {
 public:
  explicit running(const program&);
  running(const running&) = delete;
  running& operator=(const running&) = delete;
  ~running();
};

}  // namespace umbra::fuzz::properties
