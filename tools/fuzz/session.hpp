// A fuzzing session: several jobs on one fuzz target or more for a while, or until one of them finds something.
#pragma once

#include <optional>

#include "tools/fuzz/job.hpp"
#include "tools/fuzz/progress.hpp"
#include "tools/fuzz/timeline.hpp"

namespace umbra::tools {

/// A fuzz target and an engine that drives it, with the corpus that its jobs share. Engines with the same target have
/// the same corpus.
struct session_subject {
  std::filesystem::path binary, corpus, work;
  std::vector<std::string> flags = {};  ///< for libFuzzer
  fuzz_engine engine = fuzz_engine::libfuzzer;
  std::filesystem::path mutator = {};  ///< for AFL++
};

struct session_request {
  std::vector<session_subject> subjects;
  unsigned seconds = 60, jobs = 1;  ///< jobs at a time; each subject gets the same share of them
  std::uint32_t seed = 1;
};

/// What one subject came to.
struct session_result {
  figures total;
  timeline course = {};
  double seconds = 0;  ///< in which it had a job at least
  std::optional<finding_report> finding;
  bool interrupted = false;
};

/// One result a subject, in order. The first finding ends the session.
std::vector<session_result> fuzz_session(const session_request&);

}  // namespace umbra::tools
