// One running fuzzing process: how it is started, what it shows while it runs, what it leaves when it ends.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tools/fuzz/crash.hpp"
#include "tools/fuzz/engine.hpp"
#include "tools/fuzz/live_page.hpp"

namespace umbra::tools {

struct job_request {
  std::filesystem::path binary;                   ///< a fuzz target, built for the engine
  std::filesystem::path work;                     ///< an existing directory for the log, the live page and findings
  std::string name;                               ///< of its files there
  std::filesystem::path corpus = {};              ///< new inputs are kept here
  std::vector<std::filesystem::path> seeds = {};  ///< directories that are only read; AFL++ wants one, or a corpus
  unsigned seconds = 60;
  std::uint32_t seed = 1;
  std::vector<std::string> flags = {};  ///< further ones for libFuzzer
  fuzz_engine engine = fuzz_engine::libfuzzer;
  std::filesystem::path mutator = {};  ///< the library with the target's mutator; for AFL++
  bool leads = true;                   ///< of AFL++ jobs with one `work`: this one is the main node
};

/// What an engine says of itself.
struct engine_status {
  std::uint64_t coverage = 0, features = 0, corpus = 0;
};

class driver;

class job {
 public:
  explicit job(const job_request&);
  job(const job&) = delete;
  job& operator=(const job&) = delete;
  ~job();

  std::optional<ending> poll() { return process_->poll(); }
  void stop(bool hard = false) { process_->stop(hard); }
  double cpu_seconds() const { return process_->cpu_seconds(); }
  double family_cpu_seconds() const { return process_->family_cpu_seconds(); }

  /// A copy of what the target shows now.
  fuzz::live live() const { return page_.now(); }
  /// What its engine says now.
  engine_status engine() const;
  /// After the end: null if it ended well.
  std::optional<finding_report> finding();
  /// Sees to it that the corpus holds all that this job has kept. Other jobs' inputs come to it without that.
  void exchange();
  std::filesystem::path log() const { return log_; }

 private:
  std::filesystem::path log_;
  live_page page_;
  std::unique_ptr<driver> driver_;
  std::optional<process> process_;
};

}  // namespace umbra::tools
