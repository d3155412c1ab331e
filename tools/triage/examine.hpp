// Has the probe examine an input: in a process of its own, whose end is waited for, however the input behaves.
#pragma once

#include <optional>

#include "tools/triage/gather.hpp"
#include "tools/triage/record.hpp"

namespace umbra::tools {

struct examination {
  std::filesystem::path probe;  ///< the program, built from the core that is to be examined
  std::filesystem::path work;   ///< a directory for its files
  std::string engine;           ///< whose processor is asked what it would have done, or ""
  unsigned times = 3;           ///< executions that have to agree
  unsigned seconds = 10;        ///< for one execution
  unsigned megabytes = 4096;    ///< for one execution
  unsigned reduce = 60;         ///< seconds to make the input simple
};

/// Nothing: it ended well each time. Throws `error` if the probe does not do its work.
std::optional<record> examine(const examination&, const candidate&);

}  // namespace umbra::tools
