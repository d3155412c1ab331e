// A fuzzing session: several jobs on one corpus for a while, or until one of them finds something.
#pragma once

#include <optional>

#include "tools/fuzz/job.hpp"
#include "tools/fuzz/progress.hpp"

namespace umbra::tools {

struct session_request {
  std::filesystem::path binary, corpus, work;
  unsigned seconds = 60, jobs = 1;
  std::uint32_t seed = 1;
};

struct session_result {
  figures total;
  double seconds = 0;
  std::optional<finding_report> finding;
  bool interrupted = false;
};

session_result fuzz_session(const session_request&);

}  // namespace umbra::tools
